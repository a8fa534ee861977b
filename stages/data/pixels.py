"""Expected pixels as bytes, and as a viewer and the verifier get them."""

import numpy as np


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """Floats in [0, 1] -> uint8."""
    return np.rint(pixels * 255).astype(np.uint8)


def crisp(images: np.ndarray, threshold: float | None) -> np.ndarray:
    """Images as they are shown and judged: lit from `threshold` on, or grey without one. uint8 -> uint8."""
    return images if threshold is None else np.where(images >= 255 * threshold, np.uint8(255), np.uint8(0))
