"""Images in an npz file, as Keras has MNIST: x_train, y_train, and x_test, y_test if they are split."""

import math
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from digitforge import files
from digitforge.data.folder import is_litter
from digitforge.data.labelled import Arrays, as_bytes
from digitforge.errors import UserError

# Names of the arrays of images and of labels, by split; the first pair that is there counts.
NAMES = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels"), ("x", "y"), ("images", "labels")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}
MOST_BYTES = 2**32  # of an array
ACCEPTED = "an npz file with x_train [N, H, W] or [N, H, W, 3] and y_train [N], and x_test, y_test if it is split"


def there(place: Path) -> bool:
    """Whether this is an npz file, or a folder of nothing but one."""
    return archive_of(place) is not None


def archive_of(place: Path) -> Path | None:
    """The npz file, or the only one of a folder."""
    inside = [place] if place.suffix.lower() == ".npz" else []
    if place.is_dir():
        inside = [path for path in place.iterdir() if path.suffix.lower() == ".npz" and not is_litter(path)]
    return inside[0] if len(inside) == 1 and inside[0].is_file() else None


def read(place: Path) -> dict[str, Arrays]:
    """The splits of an npz file. Objects are refused: they would be run as code."""
    path = archive_of(place)
    assert path is not None  # as `there` says
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = {name for pairs in NAMES.values() for pair in pairs for name in pair}
            there_are = [name.removesuffix(".npy") for name in archive.namelist()]
            shapes = {name: shape_of(archive, f"{name}.npy") for name in there_are if name in wanted}
        found = {}
        for split, pairs in NAMES.items():
            there = [pair for pair in pairs if set(pair) <= shapes.keys()]
            if there:
                found[split] = split_of(path, shapes, *there[0])
        if "train" not in found:
            raise ValueError(f"received the arrays {', '.join(there_are) or 'none'}")
        return found
    except files.DAMAGED as error:
        raise UserError(f"{path}: {' '.join(str(error).split())[:200]}; accepted: {ACCEPTED}") from None


def shape_of(archive: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    """The shape of an array, by its header alone; raises ValueError for one that is too large, or of objects."""
    with archive.open(name) as file:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, kind = read_header(file)
    if kind.hasobject or math.prod(shape) * kind.itemsize > MOST_BYTES:
        raise ValueError(f"{name}: received {shape} of type {kind}, that is objects or more than {MOST_BYTES >> 30} GB")
    return shape


def split_of(path: Path, shapes: dict[str, tuple[int, ...]], x: str, y: str) -> Arrays:
    """One split: the images of the array `x`, the labels of `y`."""
    labels = files.read_npz(path, y)[y]
    labels = labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if labels.ndim != 1 or labels.dtype.kind not in "iuSUf" or shapes[x][:1] != labels.shape:
        raise ValueError(f"{y}: received {labels.dtype} {labels.shape} for {x} {shapes[x]}")
    if labels.dtype.kind == "f" and (labels != np.rint(labels)).any():
        raise ValueError(f"{y}: received fractions")
    labels = labels.astype(np.int64) if labels.dtype.kind == "f" else labels
    named = np.char.decode(labels, "utf-8", "replace") if labels.dtype.kind == "S" else labels.astype(str)
    return Arrays(named, partial(pictures, path, x), f"{path}: {x}[{{}}]")


def pictures(path: Path, name: str) -> np.ndarray:
    """The images of an array -> uint8 [N, H, W] or [N, H, W, 3]."""
    found = files.read_npz(path, name)[name]
    if found.ndim == 2 and (side := round(found.shape[1] ** 0.5)) ** 2 == found.shape[1]:
        found = found.reshape(-1, side, side)
    if found.ndim == 4 and found.shape[1] in (1, 3) and found.shape[3] not in (1, 3):
        found = np.moveaxis(found, 1, 3)
    if found.ndim == 4 and found.shape[3] == 1:
        found = found[..., 0]
    if found.ndim not in (3, 4) or found.shape[3:] not in ((), (3,)) or not found.size:
        raise UserError(f"{path}: received {name} of shape {found.shape}; accepted: {ACCEPTED}")
    return as_bytes(found, f"{path}: {name}")
