"""Images that a trained model makes of less than the image itself. Needed by stage `sample` alone."""

import numpy as np

from digitforge.data.noise import add_noise
from digitforge.data.pixels import to_bytes
from digitforge.metrics.compression import BITS, code_range, dequantise, quantise
from digitforge.models.base import GenerativeModel


def restore(
    model: GenerativeModel, images: np.ndarray, training: np.ndarray, noise: list[float], seed: int
) -> dict[str, np.ndarray]:
    """Images [M, H, W, C], uint8, decoded from noisy pixels and from quantised codes.

    training: codes [T, code] of training images, which set the quantiser's range -> denoised [L, M, H, W, C] for the L
    deviations of `noise`, and compressed_8 and compressed_4 [M, H, W, C] unless codes are discrete.
    """

    def decoded(codes: np.ndarray) -> np.ndarray:
        return to_bytes(model.decode(codes))

    found = {}
    if not model.discrete:
        codes, _ = model.encode(images, seed)
        low, high = code_range(training)
        found = {f"compressed_{b}": decoded(dequantise(quantise(codes, low, high, b), low, high, b)) for b in BITS}
    noisy = (model.encode(add_noise(images, sigma, seed), seed)[0] for sigma in noise)
    return {**found, "denoised": np.stack([decoded(codes) for codes in noisy])}
