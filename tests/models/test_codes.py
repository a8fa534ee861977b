import numpy as np

from stages.models.codes import from_mixture, from_prior

RNG = np.random.default_rng(0)


def test_prior_is_standard_normal_and_repeats():
    z = from_prior(20_000, 5, seed=1)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(z.T), np.eye(5), atol=0.05)
    np.testing.assert_array_equal(z, from_prior(20_000, 5, seed=1))


def test_mixture_finds_both_clusters_in_any_prefix():
    codes = np.concatenate([RNG.normal(-5, 0.3, (900, 2)), RNG.normal(5, 0.3, (300, 2))])
    drawn = from_mixture(RNG.permutation(codes), 1000, components=2, seed=0)
    share = (drawn[:200, 0] > 0).mean()
    assert 0.15 < share < 0.35
    assert np.abs(np.abs(drawn) - 5).max() < 2


def test_small_data_gets_fewer_components():
    assert from_mixture(RNG.normal(size=(30, 2)), 10, components=100, seed=0).shape == (10, 2)
