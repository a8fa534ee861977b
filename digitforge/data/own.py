"""Images of one's own as a data set: from whatever place `data.source` names, where it is no known data set's name.

A folder of image files, in a sub-folder for each class or without classes, divided into `train` and `test` or not; IDX
files, EMNIST's among them; CSV files of pixels; an npz file of arrays.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digitforge import files
from digitforge.data import archives, findings, folder, idx_files, tables
from digitforge.data.preparation import Preparation
from digitforge.data.raw import DIGITS, MOST_CLASSES
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError
from digitforge.wording import shown

TEST_EVERY = 5
FEWEST = 4  # images of a class to train with: a fifth is for testing
LEAST = 50  # images in all, most of a fifth of them for testing: fewer have no neighbourhoods to compare
ACCEPTED = "a folder of images, of IDX or of CSV files, a .csv or an .npz file"

Splits = dict[str, Any]  # of `Labelled`: "train", and "test" if the place is so divided
# Each reader after what tells whether a place is its own; the first that is told so reads.
READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path], Splits]], ...] = (
    (idx_files.there, idx_files.read),
    (tables.there, tables.read),
    (archives.there, archives.read),
    (folder.there, folder.read),
)


@dataclass(frozen=True)
class Own:
    """A data set of one's own.

    classes: their names in the order of the labels; () where these are the ten digits. images: {split: uint8
    [N, 28, 28], or [N, 28, 28, 3] if any is in colour}; labels: {split: uint8 [N]}; odd: what a user should know of
    them, a sentence each.
    """

    classes: tuple[str, ...]
    images: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]
    odd: tuple[str, ...]


def place_of(source: str) -> Path:
    """Where `data.source` points: from the project's folder, or from the home of whoever runs it."""
    with suppress(RuntimeError):  # of a user who isn't there
        return files.main_repository() / Path(source).expanduser()
    return files.main_repository() / source


def is_there(place: Path) -> bool:
    """Whether there is something to read; a name too long for any file is not."""
    try:
        return any(there(place) for there, _ in READERS)
    except OSError:
        return False


def splits_of(place: Path) -> Splits:
    """The labelled images of a place, by split: their labels are known, their pixels not read yet."""
    if is_there(place):
        return next(read_place for there, read_place in READERS if there(place))(place)
    known = ", ".join(SOURCES)
    raise UserError(
        f"data.source: received {str(place)[:200]!r}, where nothing can be read; accepted: {known}, {ACCEPTED}"
    )


def in_order(names: set[str]) -> list[str]:
    """Names of classes in the order of their labels: numbers by value, all else by name."""
    return sorted(names, key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name))


def classes_of(splits: Splits, place: Path) -> list[str]:
    """The names of the classes, in the order of their labels.

    Raises UserError for more than 100, and for one that no page could show.
    """
    for split in splits.values():
        for name, first in zip(*np.unique(split.labels, return_index=True), strict=True):
            if not name.strip() or not name.isprintable() or name.lower() == "nan":
                received = f"{split.name(int(first))}: received the class {shown(str(name))}"
                raise UserError(f"{received}; accepted: names that can be printed")
    names = in_order({str(name) for split in splits.values() for name in np.unique(split.labels)})
    if not 1 <= len(names) <= MOST_CLASSES:
        raise UserError(f"data.source {place}: received {len(names)} classes; accepted: 1 to {MOST_CLASSES}")
    return names


def refuse_few(splits: dict[str, "findings.Seen"], names: list[str], place: Path) -> None:
    """Raise UserError for fewer than 50 images in all, or fewer than five of a class to train with."""
    count = sum(map(len, splits.values()))
    if count < LEAST:
        raise UserError(f"data.source {place}: received {count} images in all; accepted: {LEAST} or more")
    for name in names:
        of_class = int((splits["train"].labels == name).sum())
        if of_class < FEWEST:
            raise UserError(
                f"data.source {place}: received {of_class} images of the class {name} to train with; accepted: "
                f"{FEWEST} or more"
            )


def test_counts(place: Path) -> dict[str, int]:
    """How many test images each class has, in the order of the classes; pages count once."""
    splits = splits_of(place)
    names = classes_of(splits, place)
    if "test" in splits:
        return {name: int((splits["test"].labels == name).sum()) for name in names}
    return {name: int((splits["train"].labels == name).sum()) // TEST_EVERY for name in names}


def read(place: Path, how: Preparation) -> Own:
    """Read and prepare all images. Without a test split every fifth image of each class, by name, is for testing.

    Raises UserError for what can't be read, for too few images, and where none of them shows anything.
    """
    splits = splits_of(place)
    names = classes_of(splits, place)
    made = {split: labelled.images(how) for split, labelled in splits.items()}
    found = {split: findings.Seen.of(splits[split], images) for split, images in made.items()}
    if "test" not in found:
        found = divided(found["train"])
    refuse_few(found, names, place)
    findings.refuse_without_ink(found, place, how)
    odd = findings.odd(found, how) + findings.left_out(place, splits.values())
    numbers = {name: np.uint8(number) for number, name in enumerate(names)}
    colour = any(seen.pixels.ndim == 4 for seen in found.values())
    return Own(
        classes=() if tuple(names) == DIGITS else tuple(names),
        images={split: seen.in_colour() if colour else seen.pixels for split, seen in found.items()},
        labels={split: np.array([numbers[name] for name in seen.labels], np.uint8) for split, seen in found.items()},
        odd=tuple(odd),
    )


def divided(seen: "findings.Seen") -> dict[str, "findings.Seen"]:
    """Undivided images as "train" and "test": every fifth of each class, in their order, is for testing."""
    test = np.zeros(len(seen), bool)
    for name in np.unique(seen.labels):
        test[np.flatnonzero(seen.labels == name)[TEST_EVERY - 1 :: TEST_EVERY]] = True
    return {"train": seen.only(~test), "test": seen.only(test)}
