"""A folder of IDX files of one's own, compressed or not; EMNIST's among them."""

import gzip
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitforge import files
from digitforge.data.folder import is_litter
from digitforge.data.idx import parse_idx
from digitforge.data.labelled import Arrays
from digitforge.errors import UserError

# "train-images-idx3-ubyte", "emnist-letters-test-labels-idx1-ubyte.gz", "t10k-images.idx3-ubyte"
NAME = re.compile(r"(?P<set>.*?)-?(?P<split>train|t10k|test)-(?P<what>images|labels)[-.]idx[134]-ubyte(\.gz)?")
SPLITS = {"train": "train", "t10k": "test", "test": "test"}
MOST_BYTES = 2**30  # of a file, unpacked: EMNIST's largest has half as many
DIGITS, UPPER, LOWER = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
MERGED = DIGITS + UPPER + "abdefghnqrt"  # lower-case letters that look like their upper case are one class with it
# EMNIST's sets -> what their labels stand for (Cohen et al. 2017, arXiv:1702.05373, table II). Letters count from 1.
EMNIST = {
    "letters": " " + UPPER,
    "balanced": MERGED,
    "bymerge": MERGED,
    "byclass": DIGITS + UPPER + LOWER,
    "digits": DIGITS,
    "mnist": DIGITS,
}


class Found(NamedTuple):
    """The files of one set: {(split, "images" or "labels"): path}."""

    name: str
    paths: dict[tuple[str, str], Path]


def sets_of(place: Path) -> list[Found]:
    """The sets in a folder. A place that is no folder names one of them, FOLDER/emnist-letters, or one of its files."""
    folder, wanted = (place, None) if place.is_dir() else (place.parent, place.name)
    if wanted and (of_file := NAME.fullmatch(wanted)):
        wanted = of_file["set"]
    found: dict[str, dict[tuple[str, str], Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        match = None if is_litter(path) else NAME.fullmatch(path.name)
        file = path / path.name if path.is_dir() else path  # Kaggle unpacks each into a folder of its name
        if match and file.is_file() and wanted in (None, match["set"]):
            found.setdefault(match["set"], {}).setdefault((SPLITS[match["split"]], match["what"]), file)
    return [Found(name, paths) for name, paths in found.items()]


def there(place: Path) -> bool:
    """Whether there are IDX files."""
    return bool(sets_of(place))


def read(place: Path) -> dict[str, Arrays]:
    """The one set that is there, by split; raises UserError for several sets, or for images without labels."""
    sets = sets_of(place)
    if len(sets) > 1:
        names = ", ".join(str(place / (found.name or next(iter(found.paths.values())).name)) for found in sets)
        raise UserError(f"{place}: received {len(sets)} sets of IDX files; accepted: one of {names}")
    (of_set,) = sets
    needed = {(split, what) for split, _ in of_set.paths for what in ("images", "labels")} | {("train", "images")}
    lacking = sorted(f"{split} {what}" for split, what in needed - of_set.paths.keys())
    if lacking:
        raise UserError(f"{place}: no {' and '.join(lacking)}; accepted: IDX files of images and of their labels")
    return {split: split_of(of_set, split) for split in ("train", "test") if (split, "images") in of_set.paths}


def split_of(of_set: Found, split: str) -> Arrays:
    """The images of a split, EMNIST's turned as they are read, and their labels by name."""
    images, labels = (of_set.paths[split, what] for what in ("images", "labels"))
    emnist = of_set.name.lower().split("-")[-1] if of_set.name.lower().startswith("emnist-") else ""
    numbers = content_of(labels)
    names = EMNIST.get(emnist)
    if numbers.ndim != 1:
        raise UserError(f"{labels}: received labels of shape {numbers.shape}; accepted: one for each image")
    for place in np.flatnonzero([not names[n : n + 1].strip() for n in numbers.tolist()] if names else []):
        accepted = f"those of EMNIST's {emnist}, up to {len(names or '') - 1}"
        raise UserError(f"{labels}: received the label {numbers[place]} at {place}; accepted: {accepted}")

    def pictures() -> np.ndarray:
        found = content_of(images)
        fits = found.ndim in (3, 4) and len(found) == len(numbers) and found.shape[3:] in ((), (3,))
        if not fits or not found.size:
            raise UserError(
                f"{images}: received shape {found.shape}; accepted: {len(numbers)} images, as many as labels"
            )
        return found.swapaxes(1, 2) if emnist in EMNIST else found

    named = np.array([names[number] for number in numbers]) if names else numbers.astype(str)
    return Arrays(named, pictures, f"{images}: image {{}}")


def content_of(path: Path) -> np.ndarray:
    """The array of an IDX file; raises UserError for one that is damaged or too large."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES >> 20} MB")
        return parse_idx(content, path.name)
    except files.DAMAGED as error:
        raise UserError(f"{path}: damaged, or no IDX file ({error}); accepted: IDX files of bytes") from None
