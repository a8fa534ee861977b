"""Anomaly scores by what a model can give, and what they tell from test images of known digits."""

from collections.abc import Callable
from typing import Any

import numpy as np

from digitforge.metrics.anomaly import detection_metrics

Arrays = dict[str, np.ndarray]

# name -> score of each image, higher is stranger, from arrays of stage `sample`; the best founded last.
SCORES: dict[str, tuple[Callable[..., np.ndarray], tuple[str, ...]]] = {
    "reconstruction_error": (lambda error: error, ("cross_entropy_nats",)),
    "reconstruction_probability": (lambda error: error, ("reconstruction_nats",)),  # An & Cho 2015, alg. 4, negated
    "negative_elbo": (lambda error, kl: error + kl, ("reconstruction_nats", "kl_nats")),
    "prior_sampling": (lambda log_p: -log_p, ("prior_log_p",)),
    "importance_sampling": (lambda log_p: -log_p, ("log_p",)),
    "code_neighbours": (lambda distance: distance, ("code_distance",)),
}
SCORED = {array for _, arrays in SCORES.values() for array in arrays}  # all that scores are taken of


def scores(found: Arrays, prefix: str = "") -> Arrays:
    """Every score that the model can give, each [N]; `prefix` chooses an out-of-distribution set.

    Of a model without an encoder none.
    """
    return {
        name: score(*(found[prefix + array] for array in arrays))
        for name, (score, arrays) in SCORES.items()
        if all(prefix + array in found for array in arrays)
    }


def leading_score(found: Arrays) -> tuple[str, np.ndarray]:
    """The score that a variant's numbers and pictures go by: the last of those that the model can give."""
    return list(scores(found).items())[-1]


def of_scores(found: Arrays, known: np.ndarray, missing_digit: int) -> dict[str, Any]:
    """Metrics of every score on every set of anomalies: {score: {set: metrics}}. known: [N] bool of test images.

    Sets are the left-out digit, where one was left out and is in the test split, and the out-of-distribution sets.
    Beside the table stand the metrics of the left-out digit by the leading score, and that score's name.
    """
    suffix = "_cross_entropy_nats"
    strange = [name.removesuffix(suffix) for name in found if name.endswith(suffix)]
    table: dict[str, Any] = {}
    for name, values in scores(found).items():
        sets = {f"digit {missing_digit}": values[~known]} if 0 < known.sum() < len(known) else {}
        sets |= {other: scores(found, f"{other}_")[name] for other in strange}
        table[name] = {}
        for other, anomalies in sets.items():
            together = np.concatenate([values[known], anomalies])
            table[name][other] = detection_metrics(together, np.arange(len(together)) >= known.sum())
    score = leading_score(found)[0]
    left_out = table[score].get(f"digit {missing_digit}")
    return {**({**left_out, "score": score} if left_out else {}), "scores": table}
