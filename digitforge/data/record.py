"""What `download` did to images of one's own, and what was odd about them: artifacts/raw/preparation.json."""

from dataclasses import asdict, dataclass
from pathlib import Path

from digitforge import files
from digitforge.data.preparation import Preparation

FILE = files.RAW / "preparation.json"


@dataclass(frozen=True)
class Record:
    """how: what was done to each picture; odd: a sentence for each thing that a user should know."""

    how: Preparation
    odd: tuple[str, ...]

    @classmethod
    def read(cls, root: Path = Path()) -> "Record | None":
        """The record of the project in the folder `root`; None of a known data set, whose images come prepared."""
        if not (root / FILE).exists():
            return None
        found = files.read_json(root / FILE)
        return cls(Preparation(**found["how"]), tuple(found["odd"]))

    def write(self, root: Path = Path()) -> None:
        """Write preparation.json."""
        files.write_json(root / FILE, {"how": asdict(self.how), "odd": list(self.odd)})


def preparation(root: Path = Path()) -> Preparation:
    """How pictures from outside become images of the project's kind: as its own training images did.

    Those of a known data set came prepared, so there a picture's edge decides what is ink.
    """
    record = Record.read(root)
    return record.how if record else Preparation()
