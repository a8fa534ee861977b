"""Image files of anyone's, opened: refused by size before they are decoded, upright, with 8 bits a channel."""

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image

from digitforge.errors import UserError

MOST_PIXELS = 50_000_000  # as many as phones' cameras have; they take 200 MB
# What Pillow calls each format -> the suffixes of its files.
FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
SUFFIXES = {suffix for suffixes in FORMATS.values() for suffix in suffixes}
ACCEPTED = f"PNG, JPEG, BMP, GIF, TIFF or WebP of at most {MOST_PIXELS // 10**6} megapixels"
WHITE_IS = 262  # tag of TIFF: whether 0 or the largest value is white
# EXIF's `Orientation` -> what sets the picture upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_image(file: Path | BinaryIO) -> Image.Image:
    """An image file -> the picture in RGBA, upright; of several frames the first.

    file: a path, or a file whose `str` says what errors shall call it. Raises UserError for what is no image, for one
    of more than 50 megapixels, and for pixels of more than 16 bits.
    """
    try:
        # Pillow warns of large pictures, which are refused here with a line of ours, and of damaged tags.
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=tuple(FORMATS)) as image:
            refuse_large(image.size, file)
            turn = turn_of(image)  # for some formats Pillow knows it before it loads the pixels alone, for others after
            picture = eight_bits(image, file).convert("RGBA")
            return upright(picture, turn if picture.size == image.size else None)
    except FileNotFoundError:
        raise UserError(f"{file}: no such file, or a link to none; accepted: {ACCEPTED}") from None
    except (UserError, PermissionError):
        raise
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        raise UserError(f"{file}: can't be read as an image ({reason(error)}); accepted: {ACCEPTED}") from None


def refuse_large(size: tuple[int, int], file: object) -> None:
    """Raise UserError for a picture of too many pixels."""
    if size[0] * size[1] > MOST_PIXELS:
        raise UserError(f"{file}: received {size[0]} x {size[1]} pixels; accepted: {ACCEPTED}")


def eight_bits(image: Image.Image, file: object) -> Image.Image:
    """The picture with 8 bits a channel: of 16-bit grey the upper ones, rounded, and what is transparent."""
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
        values = np.asarray(image)
        grey = np.rint(values.astype(np.float64) / 257).astype(np.uint8)
        if image.format == "TIFF" and image.tag_v2.get(WHITE_IS) == 0:  # type: ignore[attr-defined]
            grey = 255 - grey
        opaque = np.where(values == image.info.get("transparency", -1), 0, 255).astype(np.uint8)
        return Image.merge("LA", [Image.fromarray(grey), Image.fromarray(opaque)])
    if image.mode.startswith(("I", "F")):
        raise UserError(f"{file}: received pixels of 32 bits; accepted: 8 or 16 bits a channel")
    return image


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """What EXIF says will set the picture upright. A damaged tag says nothing: the pixels can still be read."""
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return None


def upright(picture: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """The picture, turned."""
    return picture.transpose(turn) if turn is not None else picture


def reason(error: Exception) -> str:
    """What an error says, in one line of bounded length."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def to_png(image: np.ndarray) -> bytes:
    """An image [H, W, C] uint8, grey or RGB -> the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).save(file, "PNG")
    return file.getvalue()
