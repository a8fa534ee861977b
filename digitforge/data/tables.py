"""Images as rows of a CSV file, a label and then the pixels, as Kaggle has MNIST (`label,pixel0,...,pixel783`)."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd

from digitforge.data.folder import is_litter
from digitforge.data.labelled import Arrays, as_bytes
from digitforge.errors import UserError
from digitforge.wording import shown

TEST = re.compile(r"(?<![a-z])test")  # in the name of a file
LABEL = {"label", "labels", "class", "digit", "letter", "target", "y"}
ACCEPTED = "a CSV file with a label, then the pixels of a square image, in each row"


def there(place: Path) -> bool:
    """Whether this is a CSV file, or a folder of some with labels."""
    return bool(tables_of(place))


def tables_of(place: Path) -> list[Path]:
    """The CSV file, or those of a folder that have labels."""
    if place.is_dir():
        inside = (path for path in place.iterdir() if path.suffix.lower() == ".csv" and not is_litter(path))
        return sorted(path for path in inside if path.is_file() and has_labels(path))
    return [place] if place.suffix.lower() == ".csv" and place.is_file() else []


def read(place: Path) -> dict[str, Arrays]:
    """The tables of a place by split: of several in a folder, the one with "test" in its name is for testing."""
    tables = tables_of(place)
    test = [path for path in tables if TEST.search(path.stem.lower())] if len(tables) > 1 else []
    train = [path for path in tables if path not in test]
    if len(train) != 1 or len(test) > 1:
        names = ", ".join(path.name for path in tables)
        raise UserError(
            f"{place}: received {names}; accepted: one CSV file, or one to train and one with `test` in its name"
        )
    return {"train": table(train[0])} | ({"test": table(test[0])} if test else {})


def header_of(path: Path) -> tuple[list[str], bool]:
    """The fields of the first row, and whether they are names of columns, which may be numbers in their order.

    A row that can't be told into fields has none.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            first = next(csv.reader(file), [])
        except csv.Error:
            first = []
    in_order = first[1:] in ([str(start + i) for i in range(len(first) - 1)] for start in (0, 1))
    return first, in_order or not all(is_number(field) for field in first[1:])


def is_number(text: str) -> bool:
    """Whether this is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def label_column(fields: list[str], named: bool) -> int | None:
    """Where the labels are: in the column so called, or else first; None where all columns are pixels."""
    if not named:
        return 0 if side_of(len(fields) - 1) else None
    return next((i for i, field in enumerate(fields) if field.strip().lower() in LABEL), None)


def side_of(pixels: int) -> int | None:
    """The side of a square image of so many pixels, at least 4."""
    side = round(max(0, pixels) ** 0.5)
    return side if side >= 4 and side * side == pixels else None


def has_labels(path: Path) -> bool:
    """Whether the rows of a CSV file have labels beside their pixels."""
    fields, named = header_of(path)
    return label_column(fields, named) is not None and side_of(len(fields) - 1) is not None


def table(path: Path) -> Arrays:
    """The labels and the images of a CSV file; raises UserError, naming row and column, for what is no pixel."""
    fields, named = header_of(path)
    column = label_column(fields, named)
    side = side_of(len(fields) - 1)
    if column is None or side is None:
        received = ", ".join(shown(field) for field in fields[:3])
        raise UserError(f"{path}: received {len(fields)} columns, {received}, …; accepted: {ACCEPTED}")
    content = content_of(path, named)
    labels = names_of(content.iloc[:, column])
    first_row = 1 + named

    def pictures() -> np.ndarray:
        pixels = content.drop(columns=content.columns[column])
        for name in pixels.select_dtypes(exclude="number"):
            numbers = pd.to_numeric(pixels[name], errors="coerce")
            for row in np.flatnonzero(numbers.isna().to_numpy()):
                value = shown(str(pixels[name].iloc[row]))
                raise UserError(f"{path}: row {first_row + row}: received {value}; accepted: {ACCEPTED}")
            pixels[name] = numbers.astype(float)
        return as_bytes(pixels.to_numpy().reshape(-1, side, side), str(path))

    return Arrays(labels, pictures, f"{path}: row {{}}", first=first_row)


def names_of(column: "pd.Series") -> np.ndarray:
    """Labels as text; whole numbers without a fraction, as numpy.savetxt writes them with one."""
    if column.dtype.kind == "f" and (column == column.round()).all():
        column = column.astype(np.int64)
    return column.astype(str).str.strip().to_numpy().astype(str)


def content_of(path: Path, named: bool) -> pd.DataFrame:
    """The rows of a CSV file, none of them empty."""
    try:
        content = pd.read_csv(
            path, header=0 if named else None, keep_default_na=False, low_memory=False, encoding="utf-8-sig"
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {' '.join(str(error).split())}; accepted: {ACCEPTED}") from None
    if not len(content):
        raise UserError(f"{path}: received no rows; accepted: {ACCEPTED}")
    return content
