import warnings

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from digitforge import files
from digitforge.nn import gaussians
from digitforge.nn.samplers import (
    FlowSampler,
    FromFlow,
    FromMixture,
    FromPrior,
    MixtureSampler,
    fit_sampler,
    from_arrays,
    to_arrays,
)
from tests.small import FROM_MIXTURE, FROM_PRIOR

FLOW = {
    "codes": "flow",
    "layers": 2,
    "hidden": 16,
    "steps": 20,
    "batch": 256,
    "learning_rate": 0.002,
    "threshold": None,
}
RNG = np.random.default_rng(0)
CLUSTERS = np.concatenate([RNG.normal(-5, 0.3, (900, 2)), RNG.normal(5, 0.3, (300, 2))])


class Normal:
    """A model whose prior is N(0, I) over two coordinates; its images of two channels are their own codes."""

    image_shape = (8, 8, 2)

    def encode(self, images, seed):
        return images, images + 100  # drawn ones lie far off

    def draw(self, count, seed):
        return np.random.default_rng(seed).standard_normal((count, 2), np.float32)


def mixture_of(codes, seed, components, shares=1, temperature=1.0):
    settings = FromMixture(**FROM_MIXTURE | {"components": components, "temperature": temperature})
    return MixtureSampler.fit_codes(codes, settings, seed, shares)


def test_mixture_finds_both_clusters_in_any_prefix():
    drawn = mixture_of(RNG.permutation(CLUSTERS), 0, components=2).draw(1000, seed=0)
    share = (drawn[:200, 0] > 0).mean()
    assert 0.15 < share < 0.35
    assert np.abs(np.abs(drawn) - 5).max() < 2


def test_a_mixture_is_that_of_scikit_learn():
    skewed = RNG.normal(size=(4000, 3)) @ np.array([[2.0, 0.0, 0.0], [1.5, 0.5, 0.0], [-1.0, 0.3, 0.2]])
    codes = np.concatenate([skewed, RNG.normal([4, -3, 2], 0.4, (1000, 3))])
    reference = GaussianMixture(7, reg_covar=1e-4, max_iter=gaussians.STEPS, random_state=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        expected, _ = reference.fit(codes).sample(20_000)
    mixture = mixture_of(codes, 3, components=7)
    np.testing.assert_allclose(mixture.weights, reference.weights_, rtol=1e-3)
    np.testing.assert_allclose(mixture.means, reference.means_, rtol=1e-3)
    covariances = mixture.factors @ mixture.factors.transpose(0, 2, 1)
    np.testing.assert_allclose(covariances, reference.covariances_, rtol=1e-2, atol=1e-3)
    drawn = mixture.draw(20_000, seed=8)
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(axis=0), expected.mean(axis=0), atol=0.06)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(expected.T), atol=0.15)
    # The density sees what moments don't: a wrong weight, a transposed factor.
    of_drawn, of_expected = reference.score_samples(drawn), reference.score_samples(expected)
    assert of_drawn.mean() == pytest.approx(of_expected.mean(), abs=0.03)
    np.testing.assert_allclose(np.quantile(of_drawn, (0.1, 0.5)), np.quantile(of_expected, (0.1, 0.5)), atol=0.1)


def test_one_gaussian_has_its_covariance():
    codes = RNG.normal(size=(5000, 2)) @ np.array([[3.0, 2.0], [0.0, 0.5]])
    mixture = mixture_of(codes, 0, components=1)
    np.testing.assert_allclose(mixture.factors[0] @ mixture.factors[0].T, np.cov(codes.T, bias=True), atol=1e-3)
    white = np.linalg.solve(mixture.factors[0], (mixture.draw(5000, seed=1) - mixture.means[0]).T)
    np.testing.assert_allclose(np.quantile(white, (0.1, 0.5, 0.9)), norm.ppf((0.1, 0.5, 0.9)), atol=0.06)


def test_more_codes_of_a_mixture_begin_with_the_same_ones():
    mixture = mixture_of(CLUSTERS, 0, components=3)
    np.testing.assert_allclose(mixture.draw(500, seed=4)[:20], mixture.draw(20, seed=4), rtol=1e-6)
    assert not np.allclose(mixture.draw(20, seed=5), mixture.draw(20, seed=4))


def test_shares_of_a_code_are_drawn_alike_and_independently():
    pairs = RNG.permutation(np.repeat(CLUSTERS, 2, axis=0)).reshape(-1, 4)
    mixture = mixture_of(pairs, 0, components=2, shares=2)
    assert mixture.means.shape == (2, 2)
    drawn = mixture.draw(4000, seed=1)
    assert drawn.shape == (4000, 4)
    first, second = drawn[:, 0] > 0, drawn[:, 2] > 0
    assert first.mean() == pytest.approx(0.25, abs=0.03)
    assert second.mean() == pytest.approx(0.25, abs=0.03)
    assert (first & second).mean() == pytest.approx(0.25**2, abs=0.02)
    np.testing.assert_allclose(mixture.draw(20, seed=1), drawn[:20], rtol=1e-6)


def test_a_lower_temperature_narrows_every_gaussian():
    warm, cold = (mixture_of(CLUSTERS, 0, components=2, temperature=t).draw(4000, seed=3) for t in (1.0, 0.25))
    assert cold.mean(axis=0) == pytest.approx(warm.mean(axis=0), abs=0.02)
    for cluster in (warm[:, 0] > 0, warm[:, 0] < 0):
        np.testing.assert_allclose(cold[cluster].std(axis=0), 0.25 * warm[cluster].std(axis=0), rtol=1e-3)


@pytest.mark.parametrize("settings", [FromMixture(**FROM_MIXTURE), FromFlow(**FLOW)], ids=["mixture", "flow"])
def test_densities_are_of_best_codes(settings):
    drawn = fit_sampler(Normal(), CLUSTERS.astype(np.float32), settings, seed=1).draw(500, 1)
    assert np.abs(np.median(drawn, axis=0)).max() < 50


def test_small_data_gets_fewer_components():
    mixture = mixture_of(RNG.normal(size=(45, 2)), 0, components=100)
    assert mixture.weights.shape == (2,)
    assert mixture.draw(10, seed=0).shape == (10, 2)


@pytest.mark.parametrize("count", [3, 2500])
def test_as_many_as_asked_for(count):
    assert len(mixture_of(CLUSTERS, 0, components=3).draw(count, seed=0)) == count


def test_a_flow_learns_a_curved_density():
    settings = FromFlow(**FLOW | {"layers": 8, "hidden": 128, "steps": 400})
    angle = RNG.uniform(0, np.pi, 3000)
    arc = np.stack([np.cos(angle), np.sin(angle)], axis=1) * RNG.normal(3, 0.1, (3000, 1)) + [10, -4]
    drawn = FlowSampler.fit_codes(arc.astype(np.float32), settings, 1).draw(500, seed=1)
    assert drawn.shape == (500, 2)
    np.testing.assert_allclose(drawn.mean(axis=0), arc.mean(axis=0), atol=0.3)
    radius = np.linalg.norm(drawn - [10, -4], axis=1)
    # A Gaussian with the arc's covariance would spread five times as wide around it.
    assert np.median(np.abs(radius - 3)) < 0.4 * np.median(np.abs(gaussian_radius(arc) - 3))


def test_a_flow_is_fitted_alike_again():
    codes = CLUSTERS.astype(np.float32)
    first, again = (FlowSampler.fit_codes(codes, FromFlow(**FLOW), 1) for _ in range(2))
    np.testing.assert_array_equal(first.weights, again.weights)


def gaussian_radius(arc):
    drawn = RNG.multivariate_normal(arc.mean(axis=0), np.cov(arc.T), 2000)
    return np.linalg.norm(drawn - [10, -4], axis=1)


@pytest.mark.parametrize(
    "settings",
    [
        FromPrior(**FROM_PRIOR),
        FromMixture(**FROM_MIXTURE | {"components": 4}),
        FromMixture(**FROM_MIXTURE | {"temperature": 0.5}),
        FromMixture(**FROM_MIXTURE | {"shared_channels": True}),
        FromFlow(**FLOW),
    ],
    ids=["prior", "mixture", "temperature", "shares", "flow"],
)
def test_a_kept_sampler_draws_the_same_codes_bit_for_bit(settings, tmp_path):
    codes, model = CLUSTERS.astype(np.float32), Normal()
    sampler = fit_sampler(model, codes, settings, seed=2)
    assert (sampler is model) == (settings.codes == "prior")
    files.write_npz(tmp_path / "sampler.npz", **to_arrays(sampler))
    kept = from_arrays(model, files.read_npz(tmp_path / "sampler.npz"))
    assert type(kept) is type(sampler)
    drawn = kept.draw(300, seed=7)
    assert drawn.dtype == np.float32
    np.testing.assert_array_equal(drawn, sampler.draw(300, seed=7))
