"""Generated images: what the verifier reads in them, how they are spread, whether they are copies."""

from typing import Any

import numpy as np

from stages.data.subsets import spread
from stages.metrics import distances, memorisation, verifier
from stages.metrics.intervals import Estimate, mean

COMPARED = 10_000  # images of each set between which distances are taken
QUERIES = 1_000  # images whose nearest training image is looked for

Arrays = dict[str, np.ndarray]


def classes(probabilities: np.ndarray, target: np.ndarray, tolerance: float) -> dict[str, Any]:
    """What the verifier reads in samples. probabilities: [S, C, 10], target: [10^C], class shares of the training data.

    Divergence is that of the samples read as a class that the model was trained on; the others' share is
    `untrained_share`.
    """
    counts = verifier.class_counts(probabilities)
    known = target > 0
    found: dict[str, Any] = {
        "predictability": verifier.predictability(probabilities, tolerance),
        "coverage": verifier.coverage(probabilities, tolerance),
        "expected_coverage": verifier.expected_coverage(len(probabilities), known.sum(), probabilities.shape[1]),
        "modes": verifier.modes(counts),
        "kl_nats": verifier.kl_divergence(counts[known], target[known]),
        "kl_floor_nats": verifier.kl_floor(counts[known].sum(), target[known]),
    }
    if not known.all():
        found["untrained_share"] = mean(np.repeat([0, 1], [counts[known].sum(), counts[~known].sum()]))
    if probabilities.shape[1] == 1:
        found |= {"class_shares": (counts / counts.sum()).tolist(), "trained_class_shares": target.tolist()}
    return found


def spread_of(real: np.ndarray, generated: np.ndarray) -> dict[str, Estimate]:
    """Every distance between two sets of features [N, D], [M, D]."""
    return {
        "fid": distances.frechet_distance(real, generated),
        "kid": distances.kernel_distance(real, generated),
        **distances.neighbourhoods(real, generated),
    }


def copies(pixels: Arrays, features: Arrays, digits: Arrays) -> dict[str, Any]:
    """Whether samples are copies, in pixels and in features.

    pixels, features: arrays of "samples", "held_out" and "training" images; digits: of the first two, 0..9. `shown` are
    the samples, and the held-out images, of each digit that lie nearest to a training image in pixels, as positions,
    with the nearest training images in both spaces.
    """
    found: dict[str, Any] = {}
    chosen = {kind: spread(len(of_kind), QUERIES) for kind, of_kind in digits.items()}
    apart: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}
    for space, arrays in (("pixels", pixels), ("features", features)):
        flat = {kind: array.reshape(len(array), -1) for kind, array in arrays.items()}
        for kind, rows in chosen.items():
            apart[space, kind] = memorisation.nearest(flat[kind][rows], flat["training"])
        of_samples, of_held_out = apart[space, "samples"][0], apart[space, "held_out"][0]
        found[space] = {
            "copying": memorisation.copying(of_samples, of_held_out),
            "distance": mean(of_samples),
            "held_out_distance": mean(of_held_out),
        }
    found["shown"] = {}
    for kind, rows in chosen.items():
        closest = nearest_of_each(apart["pixels", kind][0], digits[kind][rows])
        neighbours = {space: apart[space, kind][1][closest].tolist() for space in ("pixels", "features")}
        found["shown"][kind] = {"images": rows[closest].tolist(), **neighbours}
    return found


def nearest_of_each(distances: np.ndarray, digits: np.ndarray) -> list[int]:
    """Position of the smallest distance among the images of each digit that there is. [N], [N] -> up to 10."""
    order = np.argsort(distances, kind="stable")
    return [int(order[np.argmax(digits[order] == digit)]) for digit in np.unique(digits)]
