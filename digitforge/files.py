"""Where things live, and writes that are never half done."""

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

DATA = Path("artifacts/data")
RAW = Path("artifacts/raw")
OOD = Path("artifacts/ood.npz")
MODELS = Path("artifacts/models")
VERIFIER = Path("artifacts/verifier")
SAMPLERS = Path("artifacts/samplers")
SAMPLES = Path("artifacts/samples")
FEATURES = Path("artifacts/features")
NONDIGITS = Path("artifacts/nondigits.npz")
REFERENCE = Path("artifacts/reference")
LEAVE_ONE_OUT = Path("artifacts/leave_one_out")
REPORTS = Path("reports")
METRICS = REPORTS / "metrics"
# What reading a file raises that is not there, cut short or no such file at all.
DAMAGED = (OSError, EOFError, ValueError, KeyError, BadZipFile, zlib.error)


def main_repository() -> Path:
    """The repository that keeps results: DVC names it even for runs in temporary workspaces."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def scratch() -> Path:
    """Folder for partial downloads, locks and checkpoints; safe to delete, ignored by git."""
    path = main_repository() / ".scratch"
    path.mkdir(exist_ok=True)
    return path


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path` to write; it takes the name only once it is complete, and on the disk.

    Raises OSError that names `path` when the disk is full, say.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())  # else a power cut may keep the name and lose the content
        os.replace(partial, path)
    except OSError as error:
        if error.filename not in (None, str(partial)):
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def ensure_room(path: Path, size: int) -> None:
    """Raise OSError unless a file of `size` bytes fits at `path`; for libraries that a full disk crashes (HDF5)."""
    block = bytes(1 << 20)
    try:
        with path.open("wb", buffering=0) as file:
            while size > 0:
                size -= file.write(block[:size])
    finally:
        path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def as_json(content: Mapping[str, Any]) -> str:
    """JSON as every file of the project has it; floats keep the digits that they are given."""
    return json.dumps(content, indent=2) + "\n"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON atomically."""
    write_text(path, as_json(content))


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def digest(content: Mapping[str, Any]) -> str:
    """The SHA-256 of what `as_json` makes of it."""
    return hashlib.sha256(as_json(content).encode()).hexdigest()


def md5(text: str) -> str:
    """The digest by which DVC knows a file with this text."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def write_npz(path: Path, **arrays: np.ndarray) -> None:
    """Write a compressed npz atomically; equal arrays give equal bytes."""
    with atomic(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def read_npz(path: Path, *names: str) -> dict[str, np.ndarray]:
    """Read the named arrays of an npz, or all; pickled objects are refused."""
    with path.open("rb") as content, np.load(content, allow_pickle=False) as archive:
        return {name: archive[name] for name in names or archive.files}
