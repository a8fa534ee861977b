from collections import Counter

import numpy as np
import pytest
from scipy.stats import entropy

from digitforge.metrics.verifier import (
    accuracy,
    beliefs_and_classes,
    class_counts,
    coverage,
    expected_coverage,
    kl_divergence,
    kl_floor,
    modes,
    predictability,
)

RNG = np.random.default_rng(0)
UNIFORM = np.full(1000, 1 / 1000)


def random_probabilities(count, channels):
    return RNG.dirichlet(np.full(10, 0.1), size=(count, channels))


def every(channels):
    """All classes were trained on."""
    return np.full(10**channels, True)


def certain(labels, channels):
    """Probabilities of a verifier that is sure of every channel."""
    digits = np.array([[label // 10**place % 10 for place in range(channels)] for label in labels])
    return np.eye(10)[digits]


@pytest.mark.parametrize(("channels", "tolerance"), [(1, 0.8), (3, 0.5), (2, 0.3)])
def test_against_a_slow_obvious_count(channels, tolerance):
    probabilities = random_probabilities(400, channels)
    labels = RNG.integers(0, 10**channels, 400)
    labels[:200] = beliefs_and_classes(probabilities)[1][:200]
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
    assert predictability(probabilities, tolerance).value == pytest.approx(recognised / 400)
    assert coverage(probabilities, every(channels), tolerance).value == pytest.approx(len(seen) / 10**channels)
    assert accuracy(probabilities, labels, tolerance).value == pytest.approx(right / 400)
    assert 0 < right < recognised < 400


@pytest.mark.parametrize("channels", [1, 3])
def test_perfect_generator(channels):
    labels = np.arange(10**channels)
    probabilities = certain(labels, channels)
    np.testing.assert_array_equal(beliefs_and_classes(probabilities)[1], labels)
    np.testing.assert_array_equal(class_counts(probabilities), np.ones(10**channels))
    assert predictability(probabilities, 0.99) == (1, 0)
    assert coverage(probabilities, every(channels), 0.99).value == 1
    assert accuracy(probabilities, labels, 0.99) == (1, 0)
    assert accuracy(probabilities, (labels + 1) % 10**channels, 0.99) == (0, 0)


def test_constant_generator_covers_one_class():
    probabilities = certain(np.full(50, 7), 1)
    assert coverage(probabilities, every(1), 0.8) == pytest.approx((0.1, 0))
    assert predictability(probabilities, 0.8) == (1, 0)
    assert modes(class_counts(probabilities)) == (1, 0)


def test_clueless_verifier_recognises_nothing():
    flat = np.full((20, 3, 10), 0.1)
    assert (
        predictability(flat, 0.5) == coverage(flat, every(3), 0.5) == accuracy(flat, np.zeros(20, int), 0.5) == (0, 0)
    )


def test_a_belief_equal_to_the_tolerance_is_recognised():
    probabilities = np.full((4, 1, 10), 0.5 / 9)
    probabilities[:, 0, 3] = 0.5
    assert predictability(probabilities, 0.5) == (1, 0)
    assert coverage(probabilities, every(1), 0.5) == pytest.approx((0.1, 0))


def test_interval_of_coverage_is_that_of_resampled_images():
    labels = RNG.integers(0, 1000, 500)
    probabilities = certain(labels, 3)
    slow = [len(np.unique(RNG.choice(labels, 500))) / 1000 for _ in range(1000)]
    assert coverage(probabilities, every(3), 0.5).ci95 == pytest.approx(1.96 * np.std(slow), rel=0.3)
    assert modes(class_counts(probabilities)).ci95 == pytest.approx(1960 * np.std(slow), rel=0.3)


def test_classes_that_were_not_trained_on_do_not_count():
    trained = np.arange(10) != 8
    assert coverage(certain(np.arange(10), 1), trained, 0.5).value == 1
    assert coverage(certain(np.full(9, 8), 1), trained, 0.5) == (0, 0)
    assert coverage(certain(np.array([0, 8, 8]), 1), trained, 0.5).value == pytest.approx(1 / 9)


@pytest.mark.parametrize(("count", "classes"), [(1000, 1000), (1000, 729), (500, 1000), (15, 10), (30, 5)])
def test_expected_coverage_is_that_of_simulated_uniform_samplers(count, classes):
    draws = RNG.integers(0, classes, (1000, count))
    simulated = [len(np.unique(draw)) / classes for draw in draws]
    error = np.std(simulated) / np.sqrt(1000)
    assert expected_coverage(count, classes) == pytest.approx(np.mean(simulated), abs=5 * error)


def test_expected_coverage_in_known_cases():
    assert expected_coverage(1000, 1000) == pytest.approx(0.632, abs=5e-4)
    assert expected_coverage(1, 729) == pytest.approx(1 / 729)
    assert expected_coverage(10**6, 729) == pytest.approx(1)
    assert expected_coverage(7, 1) == 1


def test_class_counts_against_a_counter_of_names():
    probabilities = random_probabilities(300, 2)
    names = Counter(int(f"{image[1].argmax()}{image[0].argmax()}") for image in probabilities)
    np.testing.assert_array_equal(class_counts(probabilities), [names[k] for k in range(100)])
    assert modes(class_counts(probabilities)).value == len(names)


def test_modes_of_a_perfect_sampler_and_of_one_that_drops_half():
    assert modes(RNG.multinomial(26_000, UNIFORM)).value == 1000
    assert modes(RNG.multinomial(26_000, np.repeat([1 / 500, 0], 500))) == (500, 0)


def test_kl_divergence_against_scipy_and_a_loop():
    counts = RNG.integers(0, 6, 200)
    target = RNG.dirichlet(np.ones(200))
    slow = sum(n / counts.sum() * np.log(n / counts.sum() / p) for n, p in zip(counts, target, strict=True) if n)
    assert np.sum(counts == 0) > 0
    assert kl_divergence(counts, target).value == pytest.approx(slow, rel=1e-12)
    assert kl_divergence(counts, target).value == pytest.approx(entropy(counts, target), rel=1e-12)


def test_kl_divergence_of_classes_in_the_target_proportions_is_zero():
    counts = RNG.integers(1, 50, 1000)
    assert kl_divergence(counts, counts / counts.sum()).value == pytest.approx(0, abs=1e-12)
    assert kl_divergence(np.full(1000, 26), UNIFORM).value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_kl_divergence_of_a_constant_generator_is_log_k(classes):
    counts = np.zeros(classes, np.int64)
    counts[classes // 2] = 500
    assert kl_divergence(counts, np.full(classes, 1 / classes)) == pytest.approx((np.log(classes), 0))


def test_kl_divergence_of_a_generator_that_drops_half_the_classes_is_log_2():
    counts = np.repeat([10, 0], 500)
    assert kl_divergence(counts, UNIFORM).value == pytest.approx(np.log(2))


def test_kl_divergence_is_finite_where_target_and_counts_are_both_zero():
    target = np.array([0.5, 0.25, 0.25, 0, 0])
    found = kl_divergence(np.array([30, 10, 0, 0, 0]), target)
    assert found.value == pytest.approx(0.75 * np.log(1.5))
    assert np.isfinite(found.ci95)


def test_interval_of_kl_divergence_is_the_spread_over_repeated_samples():
    skewed = RNG.dirichlet(np.full(20, 2.0))
    samples = RNG.multinomial(2000, skewed, size=1000)
    spread = np.std([entropy(sample, np.full(20, 0.05)) for sample in samples])
    found = [kl_divergence(sample, np.full(20, 0.05)).ci95 for sample in samples[:20]]
    assert np.mean(found) == pytest.approx(1.96 * spread, rel=0.2)


def test_kl_floor_is_the_mean_kl_divergence_of_simulated_perfect_samplers():
    for target in (RNG.dirichlet(np.full(30, 0.7)), np.full(30, 1 / 30)):
        simulated = entropy(RNG.multinomial(100, target, size=4000).T, target[:, None])
        error = np.std(simulated) / np.sqrt(4000)
        assert kl_floor(100, target) == pytest.approx(np.mean(simulated), abs=5 * error)
        assert error < 0.02 * kl_floor(100, target)


def test_kl_floor_of_26000_stacks_of_1000_classes():
    floor = kl_floor(26_000, UNIFORM)
    assert floor == pytest.approx(0.0193, abs=1e-4)
    assert floor == pytest.approx(999 / 52_000, rel=0.01)
    # The next term of the expansion: (sum_k 1 / p_k - 1) / 12 n^2.
    assert floor == pytest.approx(999 / 52_000 + (1000**2 - 1) / (12 * 26_000**2), rel=1e-3)
    simulated = [kl_divergence(RNG.multinomial(26_000, UNIFORM), UNIFORM).value for _ in range(20)]
    assert np.mean(simulated) == pytest.approx(floor, rel=0.03)


def test_kl_floor_of_one_draw_is_the_entropy_of_the_target():
    target = RNG.dirichlet(np.ones(50))
    assert kl_floor(1, target) == pytest.approx(entropy(target), rel=1e-12)
    assert kl_floor(100, np.array([1.0, 0.0])) == pytest.approx(0, abs=1e-12)
