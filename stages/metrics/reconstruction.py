"""How close reconstructions come to their originals, pixel by pixel."""

import numpy as np


def mse(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Mean squared error per pixel of images scaled to [0, 1]; 0 is best. Both uint8 [N, H, W, C]."""
    difference = images.astype(np.float32) / 255 - reconstructions.astype(np.float32) / 255
    return float(np.mean(np.square(difference), dtype=np.float64))


def psnr_db(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Peak signal-to-noise ratio in decibels, averaged over images; higher is better. Both uint8 [N, H, W, C].

    -10 log10(mse) of each image in [0, 1]; an exact reconstruction counts as 100 dB.
    """
    difference = images.astype(np.float32) / 255 - reconstructions.astype(np.float32) / 255
    errors = np.mean(np.square(difference), axis=(1, 2, 3), dtype=np.float64)
    return float(np.mean(-10 * np.log10(np.maximum(errors, 1e-10))))
