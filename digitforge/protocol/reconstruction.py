"""Reconstructions of test images, and of noisy ones."""

from typing import Any

import numpy as np

from digitforge.data.subsets import trained_classes
from digitforge.metrics import reconstruction, verifier
from digitforge.metrics.intervals import Estimate

USUAL_NOISE = 0.5  # deviation

Arrays = dict[str, np.ndarray]


def likeness(images: np.ndarray, others: np.ndarray) -> dict[str, Estimate]:
    """PSNR and SSIM of images [N, H, W, C] uint8 to their originals."""
    return {"psnr_db": reconstruction.psnr_db(images, others), "ssim": reconstruction.ssim(images, others)}


def read(
    strict: np.ndarray, plain: np.ndarray, labels: np.ndarray, tolerance: float, needed: verifier.Needed
) -> dict[str, Any]:
    """What the strict and the plain verifier, probabilities [N, C, K], read in images of these labels [N]."""
    threshold = needed[str(strict.shape[1])]
    return {
        "recognised": verifier.predictability(strict, threshold),
        "right": verifier.accuracy(strict, labels, threshold),
        "predictability": verifier.predictability(plain, tolerance),
        "accuracy": verifier.accuracy(plain, labels, tolerance),
    }


def of_variant(
    data: Arrays, found: Arrays, kept: np.ndarray, tolerance: float, needed: verifier.Needed
) -> dict[str, Any]:
    """Reconstructions of the test images `kept` [N] bool. data: of stage `stack`, found: of stage `sample`.

    tolerance: of the plain verifier; needed: beliefs from which on the strict one recognises an image, by channels.
    """
    strict, plain = (found[f"reconstruction_{name}"][kept] for name in ("strict", "probabilities"))
    images, others, trained = (
        data["x_test"][kept],
        found["reconstructions"][kept],
        trained_classes(data["y_train"], *plain.shape[1:]),
    )
    return {
        **read(strict, plain, data["y_test"][kept], tolerance, needed),
        "coverage": verifier.coverage(plain, trained, tolerance),
        "mse": reconstruction.mse(images, others),
        "bce_nats": reconstruction.bce_nats(images, others),
        **likeness(images, others),
    }


def of_denoised(images: np.ndarray, denoised: np.ndarray, others: dict[str, Any]) -> dict[str, Any]:
    """PSNR and SSIM to clean images at each noise level: of the model, a median filter, and the noisy images.

    images: [M, H, W, C]; others: {deviation: {"median", "noisy"}} of `reference.of_noise`; denoised: [L, M, H, W, C]
    for its L deviations. Beside the levels stands what the model reaches at the usual one.
    """
    levels = {
        sigma: {"model": likeness(images, restored), **of_level}
        for (sigma, of_level), restored in zip(others.items(), denoised, strict=True)
    }
    usual = levels[str(USUAL_NOISE)]["model"] if str(USUAL_NOISE) in levels else {}
    return {**usual, "levels": levels}
