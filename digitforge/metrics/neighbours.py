"""An anomaly score by the codes of training images. Stages that use models need it, and no other metric with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Float32

NEIGHBOURS = 5


def neighbour_distance(
    training: Float[np.ndarray, "T D"], codes: Float[np.ndarray, "N D"], at_once: int = 500
) -> Float[np.ndarray, "N"]:
    """Mean cosine distance of each code to the 5 nearest training codes, an anomaly score: higher is stranger.

    Nearest neighbours of features (Bergman 2020, arXiv:2002.10445) on the unit sphere (Sun 2022, arXiv:2204.06507),
    here a generative model's codes. training: [T, D], codes: [N, D] -> [N] in 0..2.
    """
    reference, found = directions(training).T, []
    nearest = min(NEIGHBOURS, len(training))
    for start in range(0, len(codes), at_once):
        cosines = directions(codes[start : start + at_once]) @ reference
        found.append(1 - np.partition(cosines, -nearest, axis=1)[:, -nearest:].mean(axis=1))
    return np.concatenate(found)


def directions(codes: Float[np.ndarray, "N D"]) -> Float32[np.ndarray, "N D"]:
    """Codes [N, D] as unit vectors; a code of zeros stays."""
    codes = codes.astype(np.float32)
    return codes / np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-9)
