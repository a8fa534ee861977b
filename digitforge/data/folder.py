"""A folder of image files: a sub-folder for each class, or none; in `train` and `test`, or undivided."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digitforge.data.image_files import ACCEPTED, SUFFIXES
from digitforge.data.labelled import ImageFiles
from digitforge.errors import UserError

# What desktops, cameras and notebooks leave in folders, beside all whose names begin with a dot.
LITTER = {"__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"}
SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test"}  # by the names of sub-folders


def there(place: Path) -> bool:
    """Whether this is a folder."""
    return place.is_dir()


def read(place: Path) -> dict[str, ImageFiles]:
    """The image files of a folder, by split; without `train` and `test` all are "train"."""
    inside = sub_folders(place)
    if inside and all(path.name.lower() in SPLITS for path in inside):
        found = {SPLITS[path.name.lower()]: classes_of(path) for path in inside}
        if "train" in found:
            return found
    return {"train": classes_of(place)}


def classes_of(place: Path) -> ImageFiles:
    """The image files in the sub-folders of a folder, which are their classes; or in itself, then the only class.

    Raises UserError where there is no image at all, or a class whose name can't be printed.
    """
    inside = [path for path in sub_folders(place) if any(image_files(path))] or [place]
    paths: list[Path] = []
    labels: list[str] = []
    for folder in inside:
        if not folder.name.isprintable():
            raise UserError(f"{place}: received a class {folder.name!r}; accepted: names that can be printed")
        found = sorted(image_files(folder))
        paths += found
        labels += [folder.name] * len(found)
    if not paths:
        raise UserError(f"{place}: no images; accepted: {ACCEPTED}, in a sub-folder for each class or without any")
    return ImageFiles(paths, np.array(labels))


def sub_folders(place: Path) -> list[Path]:
    """The folders in a folder that are no litter, by name."""
    return sorted(path for path in place.iterdir() if path.is_dir() and not is_litter(path))


def image_files(place: Path) -> Iterator[Path]:
    """The image files in a folder and below, by their suffixes."""
    for path in place.iterdir():
        if is_litter(path):
            continue
        if path.is_dir():
            yield from image_files(path)
        elif path.suffix.lower() in SUFFIXES:
            yield path


def other_files(place: Path) -> Iterator[Path]:
    """The files in a folder and below that are neither images nor litter."""
    for path in place.iterdir():
        if is_litter(path):
            continue
        if path.is_dir():
            yield from other_files(path)
        elif path.suffix.lower() not in SUFFIXES:
            yield path


def is_litter(path: Path) -> bool:
    """Whether a desktop, and no user, put it there."""
    return path.name.startswith(".") or path.name in LITTER
