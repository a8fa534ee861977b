"""A folder of a user's own images as a data set: one sub-folder per class."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from stages.data.idx import format_idx
from stages.data.sources import FILES
from stages.pipeline.errors import UserError

SIZE = 28
CLASSES = 10
SUFFIXES = {".png", ".jpg", ".jpeg"}
TEST_EVERY = 5
LEAST = 50  # images in all, so that ten are for testing: fewer have no neighbourhoods to compare


def read_image(path: Path) -> np.ndarray:
    """An image file -> [28, 28] uint8: grey, scaled to fit with its proportions kept, centred on black.

    Raises UserError, naming the file, when it can't be read.
    """
    try:
        with Image.open(path) as image:
            grey = ImageOps.exif_transpose(image).convert("L")
            return np.asarray(ImageOps.pad(grey, (SIZE, SIZE), Image.Resampling.LANCZOS, color=0))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise UserError(f"{path}: can't be read as an image ({error}); accepted: PNG and JPEG files") from None


def from_image_folder(folder: Path) -> dict[str, bytes]:
    """Sub-folders in the order of their names are the classes 0, 1, ... -> the four IDX files by name.

    In each class every fifth image, by name, is for testing. Raises UserError unless there are 1 to 10 classes of at
    least five PNG or JPEG images each, 50 in all.
    """
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not 1 <= len(classes) <= CLASSES:
        raise UserError(f"data.source {folder}: {len(classes)} sub-folders; accepted: 1 to {CLASSES}, one per class")
    images: list[np.ndarray] = []
    labels: list[int] = []
    testing: list[bool] = []
    for label, path in enumerate(classes):
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if len(found) < TEST_EVERY:
            raise UserError(f"data.source {path}: {len(found)} PNG or JPEG images; accepted: {TEST_EVERY} or more")
        images += [read_image(file) for file in found]
        labels += [label] * len(found)
        testing += [i % TEST_EVERY == TEST_EVERY - 1 for i in range(len(found))]
    if len(images) < LEAST:
        raise UserError(f"data.source {folder}: {len(images)} images in all; accepted: {LEAST} or more")
    x, y, test = np.stack(images), np.array(labels, np.uint8), np.array(testing)
    arrays = (x[~test], y[~test], x[test], y[test])
    return {name: format_idx(array) for name, array in zip(FILES, arrays, strict=True)}
