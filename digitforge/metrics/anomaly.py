"""How well a score tells anomalies from the rest.

scores: [N], higher is stranger; anomalous: [N] bool with both kinds present. Intervals resample anomalies and the rest,
each by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitforge.metrics.intervals import RESAMPLES, Estimate, from_resamples, resampled_counts

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


def detections(
    scores: Float[np.ndarray, "N"], anomalous: Bool[np.ndarray, "N"], weights: Int[np.ndarray, "B N"]
) -> tuple[Float[np.ndarray, "B points"], Float[np.ndarray, "B points"]]:
    """Shares of the anomalies and of the rest that score at least each threshold, from (0, 0) to (1, 1).

    weights: [B, N], how often each image counts, in each of B resamples -> true and false positive rates [B, T + 1]
    over the T distinct scores, falling.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # equal scores are one threshold
    drawn = weights[:, order]
    of_all = np.cumsum(drawn, axis=1)[:, last]
    of_anomalies = np.cumsum(np.where(anomalous[order], drawn, 0), axis=1)[:, last]
    rates = [np.pad(found / found[:, -1:], ((0, 0), (1, 0))) for found in (of_anomalies, of_all - of_anomalies)]
    return rates[0], rates[1]


def detection_metrics(scores: Float[np.ndarray, "N"], anomalous: Bool[np.ndarray, "N"]) -> dict[str, Estimate]:
    """AUROC, average precision, and the false positive rate at 95 % true positives.

    auroc: chance that an anomaly scores higher than a normal image, 1 best, 0.5 guessing (Fawcett 2006, section 7);
    average_precision: sum_t (R_t - R_{t-1}) P_t over thresholds, 1 best, the share of anomalies for guessing;
    fpr95: share of normal images that raise an alarm where 95 % of the anomalies do, 0 best, 0.95 guessing
    (Hendrycks 2019, arXiv:1812.04606, section 4).
    """
    weights = np.ones((1 + RESAMPLES, len(scores)), np.int64)
    for stream, kind in enumerate((anomalous, ~anomalous)):  # each by itself, so that none is ever left without
        weights[1:, kind] = resampled_counts(kind.sum(), stream=stream)
    tpr, fpr = detections(scores, anomalous, weights)
    hits, alarms = tpr[:, 1:] * anomalous.sum(), fpr[:, 1:] * np.sum(~anomalous)
    precision = hits / np.maximum(hits + alarms, 1e-9)
    found = {
        "auroc": np.sum(np.diff(fpr) * (tpr[:, 1:] + tpr[:, :-1]) / 2, axis=1),
        "average_precision": np.sum(np.diff(tpr) * precision, axis=1),
        "fpr95": np.take_along_axis(fpr, (tpr >= 0.95 - 1e-12).argmax(axis=1)[:, None], axis=1)[:, 0],
    }
    return {name: from_resamples(values[0], values[1:]) for name, values in found.items()}
