import numpy as np
import pytest

from stages.metrics.anomaly import auroc, average_precision

RNG = np.random.default_rng(0)


def test_against_counting_pairs_and_ranks():
    anomalous = RNG.random(300) < 0.2
    scores = RNG.normal(size=300) + anomalous
    wins = [(a > b) + 0.5 * (a == b) for a in scores[anomalous] for b in scores[~anomalous]]
    assert auroc(scores, anomalous) == pytest.approx(np.mean(wins))
    hits = anomalous[np.argsort(-scores)]
    precision = hits.cumsum() / np.arange(1, 301)
    assert average_precision(scores, anomalous) == pytest.approx(precision[hits].mean())


def test_perfect_and_reversed_and_constant():
    anomalous = np.array([False, False, True, True])
    scores = np.array([0.0, 1.0, 2.0, 3.0])
    assert auroc(scores, anomalous) == average_precision(scores, anomalous) == 1
    assert auroc(-scores, anomalous) == 0
    assert auroc(np.zeros(4), anomalous) == 0.5
