"""Coordinates of images [N, H, W], and images at other coordinates."""

import numpy as np


def from_center(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Rows [H, 1] and columns [1, W] in pixels from the centre, of images [N, H, W]."""
    height, width = shape[1:]
    return np.arange(height)[:, None] - (height - 1) / 2, np.arange(width)[None] - (width - 1) / 2


def stripes_of(shape: tuple[int, ...], axis: int, widths: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Stripes across an axis, 1 or 2, of [N, H, W], of `widths` [N] pixels and any phase -> bool, broadcastable."""
    places = np.arange(shape[axis]) + rng.integers(0, 14, (shape[0], 1))
    found = places // widths[:, None] % 2 == 1
    return found[:, :, None] if axis == 1 else found[:, None]


def halved(images: np.ndarray, axis: int) -> np.ndarray:
    """Half as many rows (axis 1) or columns (axis 2), each the greater of two: strokes stay lit."""
    length = images.shape[axis] // 2
    pairs = [np.take(images, np.arange(length) * 2 + i, axis=axis) for i in (0, 1)]
    return np.maximum(*pairs)


def sampled_at(images: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Images [N, H, W] read between their pixels, at `rows` and `columns` [N, H, W] from the centre; 0 outside."""
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    r = np.clip(rows + (height - 1) / 2 + 1, 0, height + 0.999)
    c = np.clip(columns + (width - 1) / 2 + 1, 0, width + 0.999)
    top, left = r.astype(int), c.astype(int)
    down, right = (r - top).astype(np.float32), (c - left).astype(np.float32)
    i = np.arange(count)[:, None, None]
    upper = padded[i, top, left] * (1 - right) + padded[i, top, left + 1] * right
    lower = padded[i, top + 1, left] * (1 - right) + padded[i, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def smooth_noise(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise [N, H, W] smoothed over `sigma` pixels, of deviation 1."""
    from scipy.ndimage import gaussian_filter  # imported late: `sources` and checks of params.yaml need no SciPy

    noise = gaussian_filter(rng.standard_normal(shape, dtype=np.float32), (0, sigma, sigma), mode="wrap")
    return noise / noise.std(axis=(1, 2), keepdims=True)
