"""A folder of image files: a sub-folder for each class, or none; in `train` and `test`, or undivided."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digitforge.data.image_files import ACCEPTED, SUFFIXES
from digitforge.data.labelled import ImageFiles
from digitforge.errors import UserError

# What desktops, cameras and notebooks leave in folders, beside all whose names begin with a dot.
LITTER = {"__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"}
# Splits by the names of sub-folders. A validation split is more to train with: models are compared on the test split.
SPLITS = {"train": "train", "training": "train", "val": "train", "valid": "train", "validation": "train"}
SPLITS |= {"test": "test", "testing": "test"}


def there(place: Path) -> bool:
    """Whether this is a folder."""
    return place.is_dir()


def read(place: Path) -> dict[str, ImageFiles]:
    """The image files of a folder, by split; without `train` and `test` all are "train"."""
    place = unwrapped(place)
    inside = sub_folders(place)
    splits = {path: SPLITS.get(path.name.lower()) for path in inside}
    if not {"train"} <= set(splits.values()) <= {"train", "test"}:
        return {"train": of_classes(place, [path for path in inside if has_images(path)] or [place])}
    found = {}
    for split in dict.fromkeys(splits.values()):
        folders = [path for path in inside if splits[path] == split]
        classes = [one for path in folders for one in sub_folders(path) if has_images(one)]
        found[str(split)] = of_classes(place, classes) if classes else of_classes(place, folders, place.name)
    return found


def unwrapped(place: Path) -> Path:
    """The folder, or the only thing in it, as archives are unpacked: another folder, in which the classes are."""
    inside = sub_folders(place)
    alone = len(inside) == 1 and not any(is_image(path) for path in place.iterdir())
    return unwrapped(inside[0]) if alone and any(map(has_images, sub_folders(inside[0]))) else place


def of_classes(place: Path, folders: list[Path], name: str = "") -> ImageFiles:
    """The image files in folders, which are their classes, or all of one class with a `name`.

    Raises UserError where there is no image at all.
    """
    paths: list[Path] = []
    labels: list[str] = []
    for folder in folders:
        found = sorted(image_files(folder))
        paths += found
        labels += [name or folder.name] * len(found)
    if not paths:
        raise UserError(f"{place}: no images; accepted: {ACCEPTED}, in a sub-folder for each class or without any")
    return ImageFiles(paths, np.array(labels))


def sub_folders(place: Path) -> list[Path]:
    """The folders in a folder that are no litter, by name."""
    return sorted(path for path in place.iterdir() if path.is_dir() and not is_litter(path))


def files_below(place: Path, known: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """The files in a folder and below that are no litter. Folders that lead back to one above, `known`, are left."""
    known |= {place.resolve()}
    for path in place.iterdir():
        if is_litter(path):
            continue
        if not path.is_dir():
            yield path
        elif path.resolve() not in known:
            yield from files_below(path, known)


def image_files(place: Path) -> Iterator[Path]:
    """The image files in a folder and below, by their suffixes."""
    return (path for path in files_below(place) if is_image(path))


def is_image(path: Path) -> bool:
    """Whether a file is called as images are."""
    return path.suffix.lower() in SUFFIXES and not is_litter(path) and not path.is_dir()


def has_images(place: Path) -> bool:
    """Whether there is an image in a folder or below."""
    return any(image_files(place))


def is_litter(path: Path) -> bool:
    """Whether a desktop, and no user, put it there."""
    return path.name.startswith(".") or path.name in LITTER
