"""Does a generator copy its training images? Nearest neighbours, for generated images against held-out ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitforge.metrics.anomaly import detection_metrics
from digitforge.metrics.distances import squares
from digitforge.metrics.intervals import Estimate

if TYPE_CHECKING:
    from jaxtyping import Float, Float32, Int, Real, Shaped

CHUNK = 2_500


def as_numbers(array: Real[np.ndarray, "N D"]) -> Float32[np.ndarray, "N D"]:
    """float32; uint8 pixels scaled to [0, 1]."""
    return array.astype(np.float32) / (255 if array.dtype == np.uint8 else 1)


def nearest(
    queries: Real[np.ndarray, "M D"], pool: Real[np.ndarray, "N D"]
) -> tuple[Float[np.ndarray, "M"], Int[np.ndarray, "M"]]:
    """Each query's nearest neighbour: [M, D], [N, D] -> (Euclidean distance [M], position in pool [M]).

    uint8 pixels count as numbers in [0, 1].
    """
    best = np.full(len(queries), np.inf, np.float32)
    index = np.zeros(len(queries), np.int64)
    queries = as_numbers(queries)
    opposite = -2 * queries
    for start in range(0, len(pool), CHUNK):
        others = as_numbers(pool[start : start + CHUNK])
        squared = opposite @ others.T  # short of the query's own square, which all its distances have in common
        squared += squares(others)
        found = squared.argmin(axis=1)
        value = squared[np.arange(len(queries)), found]
        closer = value < best
        best[closer], index[closer] = value[closer], start + found[closer]
    # Anew from the differences: the sums above lose digits, and a copy is at distance 0.
    return np.linalg.norm(queries - as_numbers(pool[index]), axis=1), index


def copying(
    generated: Float[np.ndarray, "M"],
    held_out: Float[np.ndarray, "N"],
    generated_cells: Shaped[np.ndarray, "M"],
    held_out_cells: Shaped[np.ndarray, "N"],
) -> Estimate:
    """Chance that a generated image lies nearer to the training set than a held-out one of the same cell.

    The Mann-Whitney statistic of the data-copying test (Meehan 2020, arXiv:2004.05675), within each cell, averaged
    over generated images: 0.5 where they are as near as new data, towards 1 for copies and for unusually typical
    images, towards 0 where they are unlike any. Cells (here the digits) keep a taste for easy digits from
    passing as copying.
    generated: [M], held_out: [N] distances to the nearest training image; generated_cells: [M], held_out_cells: [N].
    """
    shared = np.intersect1d(generated_cells, held_out_cells)
    if not len(shared):  # nothing alike to compare with: take all as one cell
        return copying(generated, held_out, np.zeros(len(generated)), np.zeros(len(held_out)))
    weights = np.array([np.sum(generated_cells == cell) for cell in shared]) / np.isin(generated_cells, shared).sum()
    found = []
    for cell in shared:
        parts = generated[generated_cells == cell], held_out[held_out_cells == cell]
        is_generated = np.arange(len(parts[0]) + len(parts[1])) < len(parts[0])
        found.append(detection_metrics(-np.concatenate(parts), is_generated)["auroc"])
    values, errors = np.array(found).T
    return Estimate(float(weights @ values), float(np.linalg.norm(weights * errors)))
