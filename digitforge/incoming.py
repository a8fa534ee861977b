"""Image files from outside, prepared for a model."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from digitforge.data.folder import image_files
from digitforge.data.image_files import ACCEPTED, open_image
from digitforge.data.labelled import without_colour
from digitforge.data.modes import Mode
from digitforge.data.preparation import Preparation, has_ink, prepared
from digitforge.data.stacked import in_channels
from digitforge.errors import UserError


@dataclass(frozen=True)
class Incoming:
    """Prepared images [N, 28, 28, 3] uint8, and what each is called: its file, and of a page its number on it."""

    pixels: np.ndarray
    names: list[str]

    def of(self, mode: Mode) -> np.ndarray:
        """The images with the channels of a data mode -> uint8 [N, 28, 28, C]."""
        return in_channels(self.pixels, mode)

    @property
    def blank(self) -> list[str]:
        """Names of the images that show nothing."""
        return without_ink(self.names, self.pixels)


def without_ink(names: list[str], images: np.ndarray) -> list[str]:
    """Names of the images [N, 28, 28, 3] that show nothing."""
    return [name for name, inked in zip(names, has_ink(images), strict=True) if not inked]


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files named, and in the place of a folder every image file in it and below, by name."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UserError(f"{path}: no such file or folder")
        inside = sorted(image_files(path)) if path.is_dir() else [path]
        if not inside:
            raise UserError(f"{path}: no images in this folder; accepted: {ACCEPTED}")
        found += inside
    return found


def read_files(paths: list[Path], how: Preparation) -> Incoming:
    """Read and prepare image files; raises UserError, naming it, for one that can't be read."""
    each = list(each_prepared(paths, how))
    return Incoming(np.concatenate([images for _, images in each]), [n for path, of in each for n in names(path, of)])


def each_prepared(paths: list[Path], how: Preparation) -> Iterator[tuple[Path, np.ndarray]]:
    """Each file, and the images [N, 28, 28, 3] made of it."""
    for path in tqdm(paths, "images", disable=None if len(paths) > 1 else True):
        yield path, prepared(open_image(path), how)


def names(path: Path, images: np.ndarray) -> list[str]:
    """What the images of a file are called."""
    return [f"{path}#{i}" for i in range(1, len(images) + 1)] if len(images) > 1 else [str(path)]


def free(folder: Path, stem: str, numbers: list[str]) -> list[Path]:
    """Names of new PNG files, of a stem and each number, that aren't taken: `scan-001` may be a scan of its own."""
    while any((folder / f"{stem}{number}.png").exists() for number in numbers):
        stem += "_"
    return [folder / f"{stem}{number}.png" for number in numbers]


def prepare_all(place: Path, output: Path, how: Preparation) -> tuple[int, list[str]]:
    """Write the prepared images of a folder to another one, as PNG -> how many, and names of those that show nothing.

    The new folder appears once it is complete. Raises UserError if it is there already.
    """
    if output.exists():
        raise UserError(f"--output: received {output}, which is there already; accepted: a new folder")
    parent = output.resolve().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise UserError(f"--output: received {output}; accepted: a new folder in one that can be written to")
    paths = files_of([place])
    stems = Counter(path.with_suffix("") for path in paths)
    count, blank = 0, []
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=parent) as partial:
        root = Path(partial) / output.name
        for path, images in each_prepared(paths, how):
            target = root / (path.relative_to(place) if place.is_dir() else path.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            stem = target.stem if stems[path.with_suffix("")] == 1 else target.name.replace(".", "-")
            numbers = [f"-{i:03}" for i in range(1, len(images) + 1)] if len(images) > 1 else [""]
            for file, image in zip(free(target.parent, stem, numbers), without_colour(images), strict=True):
                Image.fromarray(image).save(file)
            count += len(images)
            blank += without_ink(names(path, images), images)
        shutil.move(root, output)
    return count, blank
