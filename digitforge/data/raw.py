"""What stage `download` leaves in artifacts/raw: four IDX files, and facts about the data set in source.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digitforge import files
from digitforge.data.idx import FILES, parse_idx

SOURCE_FILE = files.RAW / "source.json"
DIGITS = tuple("0123456789")
MOST_CLASSES = 100
SPLITS = {"train": FILES[:2], "test": FILES[2:]}  # the files of images and of labels


@dataclass(frozen=True)
class SourceFacts:
    """Which data set the images are of.

    name: of the data set, or "folder NAME". stand_in_for: the data set that was asked for where `name` replaces it, or
    None. classes: names of the classes in the order of their labels, where they are not the ten digits. pictures:
    whether the source's images are colour pictures; nothing is stacked then, and an image of three channels shows one
    picture.
    """

    name: str
    stand_in_for: str | None = None
    classes: tuple[str, ...] = ()
    pictures: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What each label is called, in their order."""
        return self.classes or DIGITS

    @property
    def label(self) -> str:
        """The name, and what it stands in for: "digits, standing in for mnist"."""
        return f"{self.name}, standing in for {self.stand_in_for}" if self.stand_in_for else self.name

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "SourceFacts":
        """The facts from their JSON, of `plain`."""
        return cls(found["source"], found["stand_in_for"], tuple(found["classes"]), found["pictures"])

    def plain(self) -> dict[str, Any]:
        """The facts as JSON."""
        return {
            "source": self.name,
            "stand_in_for": self.stand_in_for,
            "classes": list(self.classes),
            "pictures": self.pictures,
        }

    @classmethod
    def read(cls, root: Path = Path()) -> "SourceFacts":
        """The facts of the project in the folder `root`."""
        return cls.parse(files.read_json(root / SOURCE_FILE))

    def write(self, root: Path = Path()) -> None:
        """Write source.json."""
        files.write_json(root / SOURCE_FILE, self.plain())


def read_images(split: str) -> np.ndarray:
    """The images of "train" or "test": uint8 [N, H, W], or [N, H, W, 3] of colour pictures."""
    return read_idx(SPLITS[split][0])


def read_labels(split: str) -> np.ndarray:
    """The labels of "train" or "test": uint8 [N]."""
    return read_idx(SPLITS[split][1])


def read_idx(name: str) -> np.ndarray:
    """The array of one of the four files."""
    return parse_idx((files.RAW / name).read_bytes(), name)
