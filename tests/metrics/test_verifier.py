import numpy as np
import pytest

from stages.metrics.verifier import accuracy, coverage, expected_coverage, judge, predictability

RNG = np.random.default_rng(0)


def random_probabilities(count, channels):
    return RNG.dirichlet(np.full(10, 0.2), size=(count, channels))


def certain(labels, channels):
    """Probabilities of a verifier that is sure of every channel."""
    digits = np.array([[label // 10**place % 10 for place in range(channels)] for label in labels])
    return np.eye(10)[digits]


@pytest.mark.parametrize(("channels", "tolerance"), [(1, 0.8), (3, 0.5), (2, 0.3)])
def test_against_a_slow_obvious_count(channels, tolerance):
    probabilities = random_probabilities(400, channels)
    labels = RNG.integers(0, 10**channels, 400)
    seen, recognised, right = set(), 0, 0
    for image, label in zip(probabilities, labels, strict=True):
        belief, name = 1.0, ""
        for channel in image:
            belief *= max(channel)
            name = str(list(channel).index(max(channel))) + name
        if belief >= tolerance:
            recognised += 1
            seen.add(int(name))
            right += int(name) == label
    assert predictability(probabilities, tolerance) == recognised / 400
    assert coverage(probabilities, tolerance) == len(seen) / 10**channels
    assert accuracy(probabilities, labels, tolerance) == right / 400


@pytest.mark.parametrize("channels", [1, 3])
def test_perfect_generator(channels):
    labels = np.arange(10**channels)
    probabilities = certain(labels, channels)
    np.testing.assert_array_equal(judge(probabilities)[1], labels)
    assert predictability(probabilities, 0.99) == coverage(probabilities, 0.99) == 1
    assert accuracy(probabilities, labels, 0.99) == 1


def test_constant_generator_covers_one_class():
    probabilities = certain(np.full(50, 7), 1)
    assert coverage(probabilities, 0.8) == 0.1
    assert predictability(probabilities, 0.8) == 1


def test_clueless_verifier_recognises_nothing():
    flat = np.full((20, 3, 10), 0.1)
    assert predictability(flat, 0.5) == coverage(flat, 0.5) == accuracy(flat, np.zeros(20), 0.5) == 0


def test_expected_coverage_is_that_of_simulated_uniform_samplers():
    assert expected_coverage(1000, 3) == pytest.approx(0.632, abs=5e-4)
    simulated = [len(np.unique(RNG.integers(0, 1000, 1000))) / 1000 for _ in range(300)]
    assert expected_coverage(1000, 3) == pytest.approx(np.mean(simulated), abs=0.003)
