"""Arrays of images as they are received: checked, and brought into the form that models take."""

from typing import Any

import numpy as np

from digitforge.data.pixels import to_bytes
from digitforge.errors import UserError
from digitforge.wording import shown

Shape = tuple[int, int, int]


class InputError(UserError, ValueError):
    """An argument that can't be used; the message says what was received and what is accepted."""


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`; raises InputError, naming it, for anything else."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and least <= value <= most:
        return int(value)
    raise InputError(f"{name}: received {shown(value)}; accepted: a whole number from {least} to {most}")


def array(name: str, value: Any) -> np.ndarray:
    """A value as an array; raises InputError, naming it, for lists that make none."""
    try:
        return np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        raise InputError(f"{name}: received {shown(value)}; accepted: an array") from None


def expected(shape: Shape) -> str:
    """The array shapes that images [H, W, C] may come in, in words."""
    sizes = ", ".join(map(str, shape))
    return f"[N, {sizes}]" + (f" or [N, {shape[0]}, {shape[1]}]" if shape[2] == 1 else "")


def to_pictures(x: np.ndarray, shape: Shape) -> np.ndarray:
    """Images [N, H, W, C], or [N, H, W] if grey, of uint8 or of floats in [0, 1] -> uint8 [N, H, W, C].

    Floats are rounded to the 256 values that an image file has. Raises InputError, naming what was received.
    """
    x = array("images", x)
    sized = x[..., None] if x.ndim == 3 and shape[2] == 1 else x
    if sized.ndim != 4 or sized.shape[1:] != shape or not len(x):
        raise InputError(
            f"images: received an array of shape {x.shape}; accepted: {expected(shape)}, at least one image"
        )
    if x.dtype == np.uint8:
        return sized
    if not np.issubdtype(x.dtype, np.floating):
        raise InputError(f"images: received values of type {x.dtype}; accepted: uint8 in 0..255, or floats in [0, 1]")
    if not (x.min() >= 0 and x.max() <= 1):
        raise InputError(
            f"images: received floats from {x.min():g} to {x.max():g}; accepted: floats in [0, 1], or uint8"
        )
    return to_bytes(sized)
