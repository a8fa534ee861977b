"""The data file of one mode, artifacts/data/MODE.npz: images, labels, and the facts about their source."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitforge import files
from digitforge.data import mapped
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.data.stacked import has_digit
from digitforge.errors import UserError


@dataclass(frozen=True)
class Dataset:
    """Images and labels of one data mode, by name as in `data["x_train"]`.

    arrays: of both splits x_SPLIT [N, H, W, C] uint8 in 0..255 (0 and 255 alone in binary modes), y_SPLIT [N] int32,
    and digits_SPLIT, the positions in the IDX file of the images that each shows: [N, 3] int32 of stacks, in the order
    of the channels, or else [N, 1].
    """

    mode: Mode
    source: SourceFacts
    arrays: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    @staticmethod
    def path(mode: Mode) -> Path:
        """The data file of a mode, from the project's folder."""
        return files.DATA / f"{mode}.npz"

    @classmethod
    def read(cls, mode: Mode, *names: str, root: Path = Path()) -> "Dataset":
        """The named arrays of a mode, or all, of the project in `root`; those too large for memory are mapped."""
        arrays = mapped.read(root / cls.path(mode), *(("source", *names) if names else ()))
        return cls(mode, SourceFacts.parse(json.loads(str(arrays.pop("source")))), arrays)

    def write(self, root: Path = Path()) -> None:
        """Write the data file, the facts as JSON in the array `source`."""
        source = np.array(json.dumps(self.source.plain()))
        files.write_npz(root / self.path(self.mode), **self.arrays, source=source)

    @property
    def stacked(self) -> bool:
        """Whether each image is a stack of three digits, its label a number of three digits."""
        return self.mode.color and not self.source.pictures

    @property
    def digits_per_image(self) -> int:
        """How many single images each one shows: 3 of stacks, otherwise 1."""
        return 3 if self.stacked else 1

    @property
    def class_count(self) -> int:
        """How many labels there are: those of the source, or of stacks 1,000.

        Raises UserError for stacks of more than ten classes, whose numbers would have more than three digits.
        """
        count = len(self.source.names)
        if self.stacked and count > 10:
            raise UserError(f"{self.mode}: received {count} classes; accepted: at most 10, which can be stacked")
        return 10**3 if self.stacked else count

    @property
    def can_be_stacked(self) -> bool:
        """Whether these are single images of all classes, at most ten, which stacks of three can be made of."""
        few = len(self.source.names) <= 10
        return few and not self.mode.color and self.mode.complete and not self.source.pictures

    def name_of(self, label: int) -> str:
        """What a label is called: its class, or the number that a stack shows."""
        return str(label) if self.stacked else self.source.names[label]

    def known(self, missing_digit: int) -> np.ndarray:
        """Which test images show only digits that a model of this mode was trained on, by `y_test` -> [N] bool."""
        labels = self["y_test"]
        if self.mode.complete:
            return np.full(len(labels), True)
        return ~has_digit(labels, missing_digit, self.digits_per_image)
