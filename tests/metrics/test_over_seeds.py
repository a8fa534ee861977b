import numpy as np
import pytest
from scipy import stats

from digitforge.metrics.over_seeds import over_seeds

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("count", [2, 3, 20])
def test_the_interval_is_that_of_scipy(count):
    values = RNG.normal(5, 2, size=count)
    mean, ci95 = over_seeds(values)
    low, high = stats.t.interval(0.95, count - 1, loc=np.mean(values), scale=stats.sem(values))
    assert (mean - ci95, mean + ci95) == pytest.approx((low, high), rel=1e-9)


def test_three_seeds_by_hand():
    # s = 1, and t is 4.30265 with two degrees of freedom.
    assert over_seeds(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, 4.30265 / np.sqrt(3)), rel=1e-5)


def test_the_interval_holds_the_mean_in_19_of_20_cases():
    found = [over_seeds(RNG.normal(size=3)) for _ in range(4000)]
    assert np.mean([abs(value) <= ci95 for value, ci95 in found]) == pytest.approx(0.95, abs=0.015)


def test_equal_values_have_no_interval():
    assert over_seeds(np.full(3, 7.0)) == (7, 0)
