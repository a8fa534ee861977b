"""Anomaly scores by what a model can give, and what they tell from test images of known digits."""

from typing import Any

import numpy as np

from stages.metrics.anomaly import detection_metrics

Arrays = dict[str, np.ndarray]

# name -> score of each image from the arrays of `scoring.image_nats`, higher is stranger; the best founded last.
SCORES = {
    "reconstruction_error": lambda nats: nats["cross_entropy_nats"],
    "reconstruction_probability": lambda nats: nats["reconstruction_nats"],  # An & Cho 2015, algorithm 4, negated
    "negative_elbo": lambda nats: nats["reconstruction_nats"] + nats["kl_nats"],
    "prior_sampling": lambda nats: -nats["prior_log_p"],
    "importance_sampling": lambda nats: -nats["log_p"],
}


def scores(found: Arrays, prefix: str = "") -> Arrays:
    """Every score that the model can give, each [N]; `prefix` chooses an out-of-distribution set."""
    names = ("cross_entropy_nats", "reconstruction_nats", "kl_nats", "prior_log_p", "log_p")
    nats = {name: found[prefix + name] for name in names if prefix + name in found}
    kept = SCORES if "log_p" in nats else ["reconstruction_error"]
    return {name: SCORES[name](nats) for name in kept}


def headline_score(found: Arrays) -> tuple[str, np.ndarray]:
    """The score that headline numbers and pictures go by: importance sampling, or else the reconstruction error."""
    return list(scores(found).items())[-1]


def of_scores(found: Arrays, known: np.ndarray, missing_digit: int) -> dict[str, Any]:
    """Metrics of every score on every set of anomalies: {score: {set: metrics}}. known: [N] bool of test images.

    Sets are the left-out digit, where one was left out and is in the test split, and the out-of-distribution sets. The
    headline is the left-out digit by the headline score.
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
    score = headline_score(found)[0]
    left_out = table[score].get(f"digit {missing_digit}")
    headline = {**left_out, "score": score} if left_out else {}
    return {**headline, "scores": table}
