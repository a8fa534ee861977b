import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from digitforge.metrics.anomaly import detection_metrics
from digitforge.metrics.neighbours import neighbour_distance

RNG = np.random.default_rng(0)


def values(scores, anomalous):
    return {name: estimate.value for name, estimate in detection_metrics(scores, anomalous).items()}


def by_scikit_learn(scores, anomalous):
    fpr, tpr, _ = roc_curve(anomalous, scores, drop_intermediate=False)
    return {
        "auroc": roc_auc_score(anomalous, scores),
        "average_precision": average_precision_score(anomalous, scores),
        "fpr95": fpr[tpr >= 0.95][0],
    }


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("decimals", [None, 1, 0])
def test_against_scikit_learn(share, decimals):
    anomalous = RNG.random(500) < share
    scores = RNG.normal(size=500) + anomalous
    if decimals is not None:
        scores = scores.round(decimals)
        assert len(np.unique(scores)) < 100
    assert values(scores, anomalous) == pytest.approx(by_scikit_learn(scores, anomalous), rel=1e-10)


def test_against_counting_pairs_and_ranks():
    anomalous = RNG.random(300) < 0.2
    scores = RNG.normal(size=300) + anomalous
    found = values(scores, anomalous)
    wins = [(a > b) + 0.5 * (a == b) for a in scores[anomalous] for b in scores[~anomalous]]
    assert found["auroc"] == pytest.approx(np.mean(wins))
    hits = anomalous[np.argsort(-scores)]
    precision = hits.cumsum() / np.arange(1, 301)
    assert found["average_precision"] == pytest.approx(precision[hits].mean())
    caught = sorted(scores[anomalous], reverse=True)[int(np.ceil(0.95 * anomalous.sum())) - 1]
    assert found["fpr95"] == pytest.approx(np.mean(scores[~anomalous] >= caught))


@pytest.mark.parametrize("tied", [False, True])
def test_perfect_scores(tied):
    anomalous = np.arange(100) < 40
    scores = anomalous * 1000.0 if tied else anomalous * 1000 + RNG.normal(size=100)
    assert detection_metrics(scores, anomalous) == {
        "auroc": (pytest.approx(1), pytest.approx(0)),
        "average_precision": (pytest.approx(1), pytest.approx(0)),
        "fpr95": (0, 0),
    }


def test_reversed_scores():
    anomalous = np.arange(100) < 40
    found = values(-1000 * anomalous + RNG.normal(size=100), anomalous)
    assert found["auroc"] == 0
    assert found["fpr95"] == 1
    # The k-th of 40 anomalies comes at rank 60 + k.
    ranks = np.arange(1, 41)
    assert found["average_precision"] == pytest.approx(np.mean(ranks / (60 + ranks)))


def test_constant_scores_guess():
    anomalous = np.arange(100) < 40
    found = detection_metrics(np.zeros(100), anomalous)
    assert {name: estimate.value for name, estimate in found.items()} == pytest.approx(
        {"auroc": 0.5, "average_precision": 0.4, "fpr95": 1}
    )
    assert found["auroc"].ci95 == pytest.approx(0, abs=1e-12)


def test_random_scores_guess():
    anomalous = np.arange(20_000) < 5_000
    found = values(RNG.random(20_000), anomalous)
    assert found == pytest.approx({"auroc": 0.5, "average_precision": 0.25, "fpr95": 0.95}, abs=0.02)


def test_only_the_order_of_scores_counts():
    anomalous = RNG.random(200) < 0.3
    scores = RNG.normal(size=200) + anomalous
    assert values(np.exp(3 * scores), anomalous) == values(scores, anomalous)
    assert values(-scores, ~anomalous)["auroc"] == pytest.approx(values(scores, anomalous)["auroc"])


@pytest.mark.parametrize("decimals", [6, 1])
def test_intervals_against_a_slow_bootstrap(decimals):
    anomalous = RNG.random(600) < 0.3
    scores = (RNG.normal(size=600) + 1.5 * anomalous).round(decimals)
    kinds = [np.flatnonzero(anomalous), np.flatnonzero(~anomalous)]
    drawn = [np.concatenate([RNG.choice(kind, len(kind)) for kind in kinds]) for _ in range(250)]
    slow = [by_scikit_learn(scores[rows], anomalous[rows]) for rows in drawn]
    for name, estimate in detection_metrics(scores, anomalous).items():
        assert estimate.ci95 == pytest.approx(1.96 * np.std([one[name] for one in slow]), rel=0.35), name


def test_few_anomalies_have_finite_intervals():
    anomalous = np.arange(50) < 3
    for name, estimate in detection_metrics(RNG.normal(size=50) + anomalous, anomalous).items():
        assert np.isfinite(estimate).all(), name


def test_neighbour_distance_is_a_double_loop_whatever_the_batch():
    training, codes = RNG.normal(size=(40, 3)), RNG.normal(size=(9, 3))
    slow = []
    for code in codes:
        cosines = [code @ other / np.linalg.norm(code) / np.linalg.norm(other) for other in training]
        slow.append(np.mean([1 - cosine for cosine in sorted(cosines)[-5:]]))
    np.testing.assert_allclose(neighbour_distance(training, codes), slow, atol=1e-5)
    np.testing.assert_allclose(neighbour_distance(training, codes, at_once=4), slow, atol=1e-5)


def test_a_training_code_itself_is_least_strange_and_the_opposite_most():
    training = np.tile([[1.0, 2.0]], (6, 1))
    np.testing.assert_allclose(neighbour_distance(training, np.array([[3.0, 6.0], [-1.0, -2.0]])), [0, 2], atol=1e-6)
    np.testing.assert_allclose(neighbour_distance(training[:2], np.zeros((1, 2))), [1])
