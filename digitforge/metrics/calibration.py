"""How far a classifier's confidence can be taken at its word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Integer


def expected_calibration_error(
    probabilities: Float[np.ndarray, "N K"], labels: Integer[np.ndarray, "N"], bins: int = 15
) -> float:
    """ECE (Guo 2017, arXiv:1706.04599, eq. 3): mean |accuracy - confidence| over equal-width confidence bins.

    probabilities: [N, K], labels: [N] -> 0 (best) to 1; each bin (a, b] weighs as many images as it holds.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(index, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def accuracy(probabilities: Float[np.ndarray, "N K"], labels: Integer[np.ndarray, "N"]) -> float:
    """Share of images whose likeliest class is the right one; 0 to 1. probabilities: [N, K], labels: [N]."""
    return float((probabilities.argmax(axis=1) == labels).mean())
