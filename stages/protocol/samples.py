"""Generated images: what the verifier reads in them, how they are spread, whether they are copies."""

from typing import Any

import numpy as np

from stages.data.pixels import crisp
from stages.data.subsets import spread, trained_classes
from stages.metrics import distances, memorisation, verifier
from stages.metrics.intervals import Estimate, mean

COMPARED = 10_000  # images of each set between which distances are taken
QUERIES = 1_000  # images whose nearest training image is looked for

Arrays = dict[str, np.ndarray]


def target_shares(labels: np.ndarray, channel_count: int) -> np.ndarray:
    """Class shares that samples should have: those of the training labels; for stacks, uniform over trained classes.

    PacGAN's protocol takes a uniform target. True samples of MNIST's digits are about 0.004 nats from it. -> [10^C].
    """
    if channel_count == 1:
        return np.bincount(labels, minlength=10) / len(labels)
    trained = trained_classes(labels, channel_count)
    return trained / trained.sum()


def classes(probabilities: np.ndarray, target: np.ndarray, tolerance: float) -> dict[str, Any]:
    """What the verifier reads in samples. probabilities: [S, C, 10], target: of `target_shares`, [10^C].

    All but predictability go by the classes that the model was trained on; `untrained_share` of the samples are read as
    another.
    """
    counts = verifier.class_counts(probabilities)
    trained = target > 0
    found: dict[str, Any] = {
        "predictability": verifier.predictability(probabilities, tolerance),
        "coverage": verifier.coverage(probabilities, trained, tolerance),
        "expected_coverage": verifier.expected_coverage(len(probabilities), int(trained.sum())),
        "trained_classes": int(trained.sum()),
    }
    if counts[trained].sum() > 0:
        found |= {
            "modes": verifier.modes(counts[trained]),
            "kl_nats": verifier.kl_divergence(counts[trained], target[trained]),
            "kl_floor_nats": verifier.kl_floor(int(counts[trained].sum()), target[trained]),
        }
    if not trained.all():
        found["untrained_share"] = mean(np.repeat([0, 1], [counts[trained].sum(), counts[~trained].sum()]))
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
        cells = [digits[kind][rows] for kind, rows in chosen.items()]
        found[space] = {
            "copying": memorisation.copying(of_samples, of_held_out, *cells),
            "exact_copies": mean(of_samples == 0),
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


def of_variant(
    data: Arrays, features: Arrays, found: Arrays, kept: np.ndarray, threshold: float | None, tolerance: float
) -> dict[str, Any]:
    """Everything about a variant's samples. data: of stage `stack`, features: of `features`, found: of `sample`.

    kept: [N] bool, the test images of digits that the model was trained on. Distances are between sets of up to 10,000
    images; samples and training images, for "real", are equally many.
    """
    test, train = features["test"][data["digits_test"][kept]], features["train"][data["digits_train"]]
    probabilities, seen = found["sample_probabilities"], found["sample_features"]
    count = min(COMPARED, len(seen), len(train))
    real, learnt, generated = (
        array.reshape(len(array), -1) for array in (test[:COMPARED], train[spread(len(train), count)], seen[:count])
    )
    pixels = {
        "samples": crisp(found["samples"], threshold),
        "held_out": data["x_test"][kept],
        "training": data["x_train"],
    }
    digits = {"samples": verifier.judge(probabilities)[1] % 10, "held_out": data["y_test"][kept] % 10}
    found_copies = copies(pixels, {"samples": seen, "held_out": test, "training": train}, digits)
    held_out = found_copies["shown"]["held_out"]
    held_out["images"] = np.flatnonzero(kept)[held_out["images"]].tolist()
    return {
        **classes(probabilities, target_shares(data["y_train"], probabilities.shape[1]), tolerance),
        **spread_of(real, generated),
        "real": spread_of(real, learnt),
        "copies": found_copies,
    }
