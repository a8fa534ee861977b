"""How close images come to their originals, pixel by pixel. Images: uint8 [N, H, W, C]; errors are of [0, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitforge.metrics.intervals import Estimate, mean

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

SIGMA, REACH = 1.5, 5  # the window of 11 x 11 of Wang 2004
CHUNK = 500


def squared_errors(
    images: UInt8[np.ndarray, "N H W C"], others: UInt8[np.ndarray, "N H W C"]
) -> Float[np.ndarray, "N"]:
    """Mean squared error over the pixels of each image -> [N]."""
    difference = images.astype(np.float32) / 255 - others.astype(np.float32) / 255
    return np.square(difference).mean(axis=(1, 2, 3), dtype=np.float64)


def mse(images: UInt8[np.ndarray, "N H W C"], others: UInt8[np.ndarray, "N H W C"]) -> Estimate:
    """Mean squared error per pixel; 0 is best."""
    return mean(squared_errors(images, others))


def bce_nats(images: UInt8[np.ndarray, "N H W C"], others: UInt8[np.ndarray, "N H W C"]) -> Estimate:
    """Binary cross-entropy -sum x log y + (1 - x) log(1 - y) over pixels and channels, in nats; lower is better.

    A grey image's own entropy is the least. y is at least half a grey level away from black and white: 8 bits don't say
    how far beyond it was.
    """
    x, y = images.astype(np.float64) / 255, np.clip(others / 255, 1 / 510, 1 - 1 / 510)
    return mean(-(x * np.log(y) + (1 - x) * np.log1p(-y)).sum(axis=(1, 2, 3)))


def psnr_db(images: UInt8[np.ndarray, "N H W C"], others: UInt8[np.ndarray, "N H W C"]) -> Estimate:
    """Peak signal-to-noise ratio, -10 log10(mse) of each image, in decibels, averaged over images; higher is better.

    An exact copy counts as 100 dB.
    """
    return mean(-10 * np.log10(np.maximum(squared_errors(images, others), 1e-10)))


def ssim(images: UInt8[np.ndarray, "N H W C"], others: UInt8[np.ndarray, "N H W C"]) -> Estimate:
    """Structural similarity (Wang 2004, doi:10.1109/TIP.2003.819861, eq. 13), averaged over images; 1 is best.

    (2 m_x m_y + c_1)(2 s_xy + c_2) / ((m_x^2 + m_y^2 + c_1)(s_x^2 + s_y^2 + c_2)) with means, variances and covariance
    in a Gaussian window of 11 x 11 pixels, sigma 1.5, c_1 = 0.01^2, c_2 = 0.03^2; over windows that lie whole in the
    image and over channels. Images must be at least 11 x 11.
    """
    chunks = range(0, len(images), CHUNK)
    return mean(np.concatenate([similarity(images[i : i + CHUNK], others[i : i + CHUNK]) for i in chunks]))


def window_means(size: int) -> Float[np.ndarray, "windows size"]:
    """Gaussian means over the windows of 11 that lie whole in a line of pixels, as a matrix [size - 10, size]."""
    weights = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) / SIGMA) ** 2)
    means = np.zeros((size - 2 * REACH, size))
    for start in range(len(means)):
        means[start, start : start + len(weights)] = weights / weights.sum()
    return means


def similarity(images: UInt8[np.ndarray, "N H W C"], others: UInt8[np.ndarray, "N H W C"]) -> Float[np.ndarray, "N"]:
    """`ssim` of each image -> [N]."""
    rows, columns = window_means(images.shape[1]), window_means(images.shape[2]).T

    def window(values: np.ndarray) -> np.ndarray:
        return rows @ (values @ columns)

    x, y = (np.moveaxis(pixels, -1, 1) / 255 for pixels in (images, others))  # [N, C, H, W]
    m_x, m_y = window(x), window(y)
    s_xx, s_yy, s_xy = window(x * x) - m_x**2, window(y * y) - m_y**2, window(x * y) - m_x * m_y
    c_1, c_2 = 0.01**2, 0.03**2
    found = (2 * m_x * m_y + c_1) * (2 * s_xy + c_2) / ((m_x**2 + m_y**2 + c_1) * (s_xx + s_yy + c_2))
    return found.mean(axis=(1, 2, 3))
