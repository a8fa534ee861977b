"""Does a generator copy its training images? Nearest neighbours, for generated images against held-out ones."""

import numpy as np

from stages.metrics.anomaly import detection_metrics
from stages.metrics.distances import squared_distances
from stages.metrics.intervals import Estimate

CHUNK = 2_500


def as_numbers(array: np.ndarray) -> np.ndarray:
    """float32; uint8 pixels scaled to [0, 1]."""
    return array.astype(np.float32) / (255 if array.dtype == np.uint8 else 1)


def nearest(queries: np.ndarray, pool: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each query's nearest neighbour: [M, D], [N, D] -> (Euclidean distance [M], position in pool [M]).

    uint8 pixels count as numbers in [0, 1].
    """
    best = np.full(len(queries), np.inf, np.float32)
    index = np.zeros(len(queries), np.int64)
    queries = as_numbers(queries)
    for start in range(0, len(pool), CHUNK):
        squared = squared_distances(queries, as_numbers(pool[start : start + CHUNK]))
        found = squared.argmin(axis=1)
        value = squared[np.arange(len(queries)), found]
        closer = value < best
        best[closer], index[closer] = value[closer], start + found[closer]
    # Anew from the differences: the sums above lose digits, and a copy is at distance 0.
    return np.linalg.norm(queries - as_numbers(pool[index]), axis=1), index


def copying(generated: np.ndarray, held_out: np.ndarray) -> Estimate:
    """Chance that a generated image lies nearer to the training set than a held-out one.

    The Mann-Whitney statistic of the data-copying test (Meehan 2020, arXiv:2004.05675): 0.5 where the
    generator is as near as new data is, towards 1 where it copies, towards 0 where its images are unlike any.
    generated: [M], held_out: [N] distances to the nearest training image.
    """
    distances = np.concatenate([generated, held_out])
    is_generated = np.arange(len(distances)) < len(generated)
    return detection_metrics(-distances, is_generated)["auroc"]
