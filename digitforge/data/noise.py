"""Noise on images, and the filter that any denoiser has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import median_filter

if TYPE_CHECKING:
    from jaxtyping import UInt8


def add_noise(images: UInt8[np.ndarray, "N H W C"], sigma: float, seed: int) -> UInt8[np.ndarray, "N H W C"]:
    """Add Gaussian noise of deviation `sigma` (of pixels in [0, 1]) and clip: uint8 [N, H, W, C] -> uint8.

    The same arguments give the same noise.
    """
    rng = np.random.default_rng([seed, round(1000 * sigma)])
    noisy = images / 255 + sigma * rng.standard_normal(images.shape)
    return np.rint(255 * np.clip(noisy, 0, 1)).astype(np.uint8)


def median(images: UInt8[np.ndarray, "N H W C"], size: int = 3) -> UInt8[np.ndarray, "N H W C"]:
    """Median over a window of `size` x `size` pixels, channel by channel (Tukey 1977): uint8 [N, H, W, C] -> uint8."""
    return median_filter(images, size=(1, size, size, 1))
