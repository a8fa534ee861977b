"""A folder of a user's own images as a data set: one sub-folder per class."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from digitforge.data.idx import FILES, format_idx
from digitforge.data.pixels import SIZE
from digitforge.errors import UserError

CLASSES = 10
SUFFIXES = {".png", ".jpg", ".jpeg"}
TEST_EVERY = 5
LEAST = 50  # images in all, most of a fifth of them for testing: fewer have no neighbourhoods to compare


def scaled(picture: Image.Image, size: int) -> Image.Image:
    """A picture scaled so that its longer side has `size` pixels, and the shorter one at least one."""
    scale = size / max(picture.size)
    width, height = (max(1, round(scale * side)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def read_image(path: Path) -> np.ndarray:
    """An image file -> [28, 28, 3] uint8: scaled to fit with its proportions kept, centred on black.

    What is transparent becomes black. Raises UserError, naming the file, when it can't be read.
    """
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            if image.mode.startswith(("I", "F")):
                raise UserError(f"{path}: received more than 8 bits a channel; accepted: PNG and JPEG files of 8 bits")
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            opaque = Image.alpha_composite(Image.new("RGBA", upright.size, "black"), upright).convert("RGB")
            return np.asarray(ImageOps.pad(scaled(opaque, SIZE), (SIZE, SIZE), color="black"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise UserError(f"{path}: can't be read as an image ({error}); accepted: PNG and JPEG files") from None


def to_png(image: np.ndarray) -> bytes:
    """An image [H, W, C] uint8, grey or RGB -> the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(file, "PNG")
    return file.getvalue()


def class_folders(folder: Path) -> list[Path]:
    """The sub-folders that are the classes 0, 1, ... by name; raises UserError unless there are 1 to 10."""
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for path in classes:
        if not path.name.isprintable():
            raise UserError(
                f"data.source {folder}: received a class {path.name!r}; accepted: names that can be printed"
            )
    if not 1 <= len(classes) <= CLASSES:
        raise UserError(f"data.source {folder}: {len(classes)} sub-folders; accepted: 1 to {CLASSES}, one per class")
    return classes


def image_files(path: Path) -> list[Path]:
    """The PNG and JPEG files in the folder of one class, by name."""
    return sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)


def class_images(path: Path) -> np.ndarray:
    """The images of one class, by name -> [N, 28, 28, 3]; raises UserError unless there are five."""
    found = image_files(path)
    if len(found) < TEST_EVERY:
        raise UserError(f"data.source {path}: {len(found)} PNG or JPEG images; accepted: {TEST_EVERY} or more")
    return np.stack([read_image(file) for file in found])


def without_colour(images: np.ndarray) -> np.ndarray:
    """[N, 28, 28, 3] -> [N, 28, 28] where no image has any colour; where one has, all keep three channels."""
    coloured = (images.min(axis=3) != images.max(axis=3)).any(axis=(1, 2))
    if not coloured.any():
        return images[..., 0]
    if not coloured.all():
        print(f"download: {coloured.sum()} of {len(images)} images are in colour, so all get three channels")
    return images


def from_image_folder(folder: Path) -> dict[str, bytes]:
    """Sub-folders in the order of their names are the classes 0, 1, ... -> the four IDX files by name.

    In each class every fifth image, by name, is for testing. Raises UserError unless there are 1 to 10 classes of at
    least five PNG or JPEG images each, 50 in all.
    """
    classes = [class_images(path) for path in class_folders(folder)]
    sizes = [len(images) for images in classes]
    if sum(sizes) < LEAST:
        raise UserError(f"data.source {folder}: {sum(sizes)} images in all; accepted: {LEAST} or more")
    x, y = without_colour(np.concatenate(classes)), np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes)
    test = np.concatenate([np.arange(size) % TEST_EVERY == TEST_EVERY - 1 for size in sizes])
    arrays = (x[~test], y[~test], x[test], y[test])
    return {name: format_idx(array) for name, array in zip(FILES, arrays, strict=True)}
