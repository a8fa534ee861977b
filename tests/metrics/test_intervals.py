import numpy as np
import pytest
from scipy import stats

from digitforge.metrics.intervals import bootstrap, from_resamples, mean, resampled_counts

RNG = np.random.default_rng(0)


def test_mean_against_scipy_standard_error():
    values = RNG.exponential(size=500)
    value, ci95 = mean(values)
    low, high = stats.norm.interval(0.95, loc=np.mean(values), scale=stats.sem(values, ddof=0))
    assert value == pytest.approx(values.mean(), rel=1e-12)
    assert (value - ci95, value + ci95) == pytest.approx((low, high), rel=1e-4)


def test_mean_of_a_share_has_the_binomial_interval():
    shares = np.arange(400) < 100
    assert mean(shares) == pytest.approx((0.25, 1.96 * np.sqrt(0.25 * 0.75 / 400)))


def test_mean_against_scipy_bootstrap():
    values = RNG.exponential(size=300)
    found = stats.bootstrap((values,), np.mean, n_resamples=4000, method="basic", rng=1)
    assert mean(values).ci95 == pytest.approx(1.96 * found.standard_error, rel=0.07)


def test_equal_values_have_no_interval():
    assert mean(np.full(50, 3.0)) == (3, 0)
    assert bootstrap(np.mean, np.full(50, 3.0)) == (3, 0)
    assert from_resamples(3, np.full(100, 5.0)) == (3, 0)


def test_bootstrap_of_a_mean_is_the_mean_and_its_interval():
    values = RNG.gamma(2, size=400)
    found = bootstrap(np.mean, values)
    assert found.value == values.mean()
    assert found.ci95 == pytest.approx(mean(values).ci95, rel=0.3)
    assert bootstrap(np.mean, values, resamples=1000).ci95 == pytest.approx(mean(values).ci95, rel=0.12)


def test_bootstrap_of_a_median_against_scipy():
    values = RNG.gamma(2, size=401)
    found = stats.bootstrap((values,), np.median, n_resamples=1000, method="basic", rng=1)
    assert bootstrap(np.median, values, resamples=1000).ci95 == pytest.approx(1.96 * found.standard_error, rel=0.2)


def test_bootstrap_resamples_rows_together():
    values = RNG.normal(size=(100, 3))
    assert bootstrap(lambda a, b: float(np.mean(a - b)), values + 2, values) == pytest.approx((2, 0), abs=1e-12)
    assert bootstrap(lambda a, b: float(np.corrcoef(a, b)[0, 1]), values[:, 0], -values[:, 0])[1] < 1e-12


def test_resampled_counts_are_bootstrap_samples():
    counts = resampled_counts(200, 500)
    assert counts.shape == (500, 200)
    assert np.all(counts.sum(axis=1) == 200)
    # A bootstrap sample misses an image with probability (1 - 1/N)^N.
    assert np.mean(counts == 0) == pytest.approx((1 - 1 / 200) ** 200, abs=0.01)
    assert counts.var() == pytest.approx(1 - 1 / 200, rel=0.05)
    np.testing.assert_array_equal(counts, resampled_counts(200, 500))
    assert np.any(counts != resampled_counts(200, 500, stream=1))


def test_a_weighted_mean_of_resampled_counts_has_the_interval_of_the_mean():
    values = RNG.exponential(size=300)
    replicates = resampled_counts(300, 1000) @ values / 300
    assert from_resamples(values.mean(), replicates).ci95 == pytest.approx(mean(values).ci95, rel=0.12)


def test_from_resamples_keeps_the_value_whatever_the_replicates_are_centred_on():
    replicates = RNG.normal(50, 2, size=5000)
    assert from_resamples(7, replicates) == pytest.approx((7, 1.96 * 2), rel=0.05)


def test_intervals_hold_the_true_mean_95_times_in_100():
    datasets = RNG.exponential(size=(1000, 200))
    held = [abs(found.value - 1) <= found.ci95 for found in map(mean, datasets)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)
    resampled = [bootstrap(np.mean, dataset) for dataset in datasets[:250]]
    assert np.mean([abs(found.value - 1) <= found.ci95 for found in resampled]) == pytest.approx(0.95, abs=0.055)
