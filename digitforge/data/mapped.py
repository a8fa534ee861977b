"""Arrays that are too large to be held in memory: files on disk, mapped, of which only what is used is read.

Mapped or held, the numbers are the same. So what may be held is a matter of the machine, and of no recipe.
"""

import mmap
import os
import resource
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import psutil
from filelock import FileLock

from digitforge import files
from digitforge.errors import UserError

VARIABLE = "DIGITFORGE_DATA_GB"
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
COPIES = 2  # of an array that is held: NumPy's, and TensorFlow's while a network is trained
CHUNK = 1 << 24  # bytes that are copied at once


def memory() -> int:
    """Bytes of memory that this process may have: the machine's, or what a container's or its own limit leaves."""
    found = [psutil.virtual_memory().total]
    for path in LIMITS:
        with suppress(OSError, ValueError):  # no such limit, or "max"
            found.append(int(path.read_text(encoding="ascii")))
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min(*found, *(limit for limit in limits if limit != resource.RLIM_INFINITY))


def may_take() -> float:
    """Bytes that the copies of an array may take: DIGITFORGE_DATA_GB, or half of the memory.

    Raises UserError if the variable says no number of gigabytes.
    """
    said = os.environ.get(VARIABLE)
    if said is None:
        return memory() / 2
    with suppress(ValueError):
        if float(said) >= 0:
            return float(said) * 1e9
    raise UserError(f"{VARIABLE}: received {said!r}; accepted: a number of gigabytes, 0 to hold no array")


def too_large(size: int) -> bool:
    """Whether an array of `size` bytes isn't held."""
    return COPIES * size > may_take()


def read(path: Path, *names: str) -> dict[str, np.ndarray]:
    """The named arrays of an npz, or all, as `files.read_npz` has them, those that are too large mapped, read-only."""
    with path.open("rb") as content, np.load(content, allow_pickle=False) as archive:
        sizes = {member.filename: member.file_size for member in archive.zip.infolist()}
        large = {name for name in archive.files if too_large(sizes.get(f"{name}.npy", 0))}
        return {name: unpacked(path, name) if name in large else archive[name] for name in names or archive.files}


def unpacked(path: Path, name: str) -> np.memmap:
    """An array of the npz at `path`, in a file in the scratch folder, which serves whoever reads the same npz next."""
    place = files.scratch() / "mapped" / path.stem / name / f"{files.sha256(path)}.npy"
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.parent.with_suffix(".lock")):
        if not place.exists():
            for old in place.parent.iterdir():  # of another npz, or half-written
                old.unlink()
            with files.atomic(place) as partial, partial.open("wb") as file, ZipFile(path) as archive:
                shutil.copyfileobj(archive.open(f"{name}.npy"), file, CHUNK)
    return np.load(place, mmap_mode="r")


def empty(shape: tuple[int, ...], dtype: type = np.uint8) -> np.ndarray:
    """An array to fill: in memory or, if it is too large, in a file without a name, which goes when the array does."""
    if not too_large(int(np.prod(shape)) * np.dtype(dtype).itemsize):
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(dir=files.scratch()) as file:
        return np.memmap(file, dtype, "w+", shape=shape)


def rows(array: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """array[kept], of rows `kept` [N] bool; mapped if `array` [N, ...] is."""
    if not isinstance(array, np.memmap):
        return array[kept]
    positions = np.flatnonzero(kept)
    found = empty((len(positions), *array.shape[1:]), array.dtype.type)
    at_once = max(1, CHUNK // array[:1].nbytes)
    for start in range(0, len(positions), at_once):
        chosen = positions[start : start + at_once]
        found[start : start + len(chosen)] = array[chosen]
    return found


def at_random(array: np.memmap) -> Callable[[np.ndarray], np.ndarray]:
    """A function of positions [B] that reads those rows of a mapped array [N, ...] -> [B, ...], a copy.

    All rows are asked of the disk before the first is waited for: one after the other took seven times as long.
    """
    held, rows = array.base, np.asarray(array)
    if not isinstance(held, mmap.mmap):  # a part of a mapped array
        return lambda chosen: rows.take(chosen, axis=0)
    held.madvise(mmap.MADV_RANDOM)  # else the system reads a hundred times as much, ahead of each row
    first = rows.ctypes.data - np.frombuffer(held, np.uint8).ctypes.data

    def read(chosen: np.ndarray) -> np.ndarray:
        starts = first + chosen * rows.strides[0]
        pages = starts - starts % mmap.PAGESIZE
        for page, length in zip(pages.tolist(), (starts + rows.strides[0] - pages).tolist(), strict=True):
            held.madvise(mmap.MADV_WILLNEED, page, length)
        return rows.take(chosen, axis=0)

    return read
