"""What the strict verifier recognises in samples; test_evaluate.py has the rest."""

import numpy as np
import pytest
from scipy.stats import entropy

from digitforge.metrics.verifier import class_counts
from digitforge.protocol.samples import recognised

RNG = np.random.default_rng(0)


def readings(count, channels):
    """By a verifier with an answer more: what the ten probabilities lack to 1 is that of "no digit"."""
    return RNG.dirichlet(np.full(11, 0.05), (count, channels))[..., :10]


def slow(probabilities, needed):
    """The classes of the images that are recognised, one after the other."""
    found = []
    for image in probabilities:
        belief, label = 1.0, 0
        for place, channel in enumerate(image):
            belief *= max(channel)
            label += 10**place * list(channel).index(max(channel))
        if belief >= needed:
            found.append(label)
    return found


@pytest.mark.parametrize(("channels", "needed"), [(1, 0.8), (3, 0.4)])
def test_recognised_samples_their_modes_and_divergence_against_a_loop(channels, needed):
    probabilities, other = readings(400, channels), {1: "3", 3: "1"}[channels]
    labels = slow(probabilities, needed)
    assert 20 < len(labels) < 380
    target = RNG.dirichlet(np.full(10**channels, 5.0))
    found = recognised(probabilities, target, {str(channels): needed, other: 2.0})
    assert found["recognised"].value == pytest.approx(len(labels) / 400)
    assert found["recognised_modes"].value == len(set(labels))
    counts = [labels.count(label) for label in range(10**channels)]
    assert found["recognised_kl_nats"].value == pytest.approx(entropy(counts, target))
    assert recognised(probabilities, target, {str(channels): 2.0, other: needed}).keys() == {"recognised"}


def test_only_trained_classes_are_modes():
    probabilities = np.eye(10)[[3, 3, 5, 8, 8, 8]][:, None] * 0.9
    target = np.where(np.arange(10) == 8, 0, 1 / 9)
    found = recognised(probabilities, target, {"1": 0.5})
    assert found["recognised"].value == 1
    assert found["recognised_modes"].value == 2
    # 2 of 3 and 1 of 3, where each should have a ninth.
    assert found["recognised_kl_nats"].value == pytest.approx(2 / 3 * np.log(6) + 1 / 3 * np.log(3))


def test_classes_are_counted_from_a_tolerance_on():
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]])[:, None] @ np.eye(10)[[4, 7]][None]
    assert class_counts(probabilities, 0.6).tolist() == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    assert class_counts(probabilities, 0.61).sum() == 1
    assert class_counts(probabilities).sum() == 3
