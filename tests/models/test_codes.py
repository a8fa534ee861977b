import numpy as np
import pytest

from stages.models import codes as sampling
from stages.models.codes import from_flow, from_mixture

RNG = np.random.default_rng(0)
CLUSTERS = np.concatenate([RNG.normal(-5, 0.3, (900, 2)), RNG.normal(5, 0.3, (300, 2))])


def test_mixture_finds_both_clusters_in_any_prefix():
    drawn = from_mixture(RNG.permutation(CLUSTERS), 1000, components=2, seed=0)
    share = (drawn[:200, 0] > 0).mean()
    assert 0.15 < share < 0.35
    assert np.abs(np.abs(drawn) - 5).max() < 2


def test_small_data_gets_fewer_components():
    assert from_mixture(RNG.normal(size=(30, 2)), 10, components=100, seed=0).shape == (10, 2)


def test_a_flow_learns_a_curved_density_and_repeats(monkeypatch):
    monkeypatch.setattr(sampling, "FLOW_STEPS", 400)
    angle = RNG.uniform(0, np.pi, 3000)
    arc = np.stack([np.cos(angle), np.sin(angle)], axis=1) * RNG.normal(3, 0.1, (3000, 1)) + [10, -4]
    drawn = from_flow(arc.astype(np.float32), 500, seed=1)
    assert drawn.shape == (500, 2)
    np.testing.assert_allclose(drawn.mean(axis=0), arc.mean(axis=0), atol=0.3)
    radius = np.linalg.norm(drawn - [10, -4], axis=1)
    # A Gaussian with the arc's covariance would spread five times as wide around it.
    assert np.median(np.abs(radius - 3)) < 0.4 * np.median(np.abs(gaussian_radius(arc) - 3))
    np.testing.assert_array_equal(from_flow(arc.astype(np.float32), 500, seed=1), drawn)


def gaussian_radius(arc):
    drawn = RNG.multivariate_normal(arc.mean(axis=0), np.cov(arc.T), 2000)
    return np.linalg.norm(drawn - [10, -4], axis=1)


@pytest.mark.parametrize("count", [3, 2500])
def test_as_many_as_asked_for(count):
    assert len(from_mixture(CLUSTERS, count, components=3, seed=0)) == count
