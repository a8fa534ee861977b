"""Expected pixels as bytes, as a viewer and the verifier get them, and many images as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

SIZE = 28  # pixels along each side of every image
GAP = 2  # pixels between images
PAPER = 255


def to_bytes(pixels: Float[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape"]:
    """Floats in [0, 1] -> uint8."""
    return np.rint(pixels * 255).astype(np.uint8)


def crisp(images: UInt8[np.ndarray, "*shape"], threshold: float | None) -> UInt8[np.ndarray, "*shape"]:
    """Images as they are shown and judged: lit from `threshold` on, or grey without one. uint8 -> uint8."""
    return images if threshold is None else np.where(images >= 255 * threshold, np.uint8(255), np.uint8(0))


def mosaic(images: UInt8[np.ndarray, "N H W C"], columns: int) -> UInt8[np.ndarray, "height width 3"]:
    """Lay uint8 images [N, H, W, C] out row by row -> one picture [rows * H', columns * W', 3], dark ink on white."""
    count, height, width, channels = images.shape
    rows = -(-count // columns)
    picture = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), PAPER, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (height + GAP), i % columns * (width + GAP)
        # Grey digits are drawn as ink; colours would turn into their complements, so stacks stay on black.
        picture[top : top + height, left : left + width] = 255 - image if channels == 1 else image
    return picture
