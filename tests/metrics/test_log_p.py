import numpy as np
import pytest
from scipy.stats import bernoulli, multivariate_normal, norm

from digitforge.metrics import log_p
from digitforge.metrics.likelihood import elbo
from digitforge.metrics.log_p import importance_weighted_bound

RNG = np.random.default_rng(0)


def normaliser(logits):
    """A(z) of Bernoulli pixels."""
    return np.logaddexp(0, logits).sum(axis=(1, 2, 3))


def test_prior_estimate_against_scipy_in_probability_space():
    images = (RNG.random((7, 3, 2, 1)) < 0.5).astype(np.uint8) * 255
    logits = RNG.normal(size=(11, 3, 2, 1))
    p = 1 / (1 + np.exp(-logits))
    slow = [np.log(np.mean([bernoulli.pmf(x // 255, q).prod() for q in p])) for x in images]
    np.testing.assert_allclose(log_p.prior_log_likelihood(images, logits, normaliser(logits)), slow, rtol=1e-5)


def test_prior_estimate_is_exact_when_the_code_does_not_matter():
    # p(x|z) the same for every z: the mean is p(x) itself, however unlikely x is.
    images = (RNG.random((5, 28, 28, 1)) < 0.5).astype(np.uint8) * 255
    logits = np.repeat(RNG.normal(size=(1, 28, 28, 1)), 100, axis=0)
    exact = -np.logaddexp(0, np.where(images == 255, -logits[0], logits[0])).sum(axis=(1, 2, 3))
    found = log_p.prior_log_likelihood(images, logits, normaliser(logits))
    assert exact.max() < -500
    np.testing.assert_allclose(found, exact, rtol=1e-5)


def test_prior_estimate_is_the_same_across_chunks(monkeypatch):
    images = (RNG.random((9, 4, 4, 1)) < 0.5).astype(np.uint8) * 255
    logits = RNG.normal(size=(20, 4, 4, 1))
    whole = log_p.prior_log_likelihood(images, logits, normaliser(logits))
    monkeypatch.setattr(log_p, "CHUNK", 4)
    in_chunks = log_p.prior_log_likelihood(images, logits, normaliser(logits))
    np.testing.assert_allclose(in_chunks, whole, rtol=1e-6)


class LinearGaussian:
    """p(z) = N(0, I), p(x|z) = N(W z + b, s^2 I), whose p(x) and p(z|x) are known."""

    def __init__(self, codes=2, pixels=5, noise=0.7):
        self.w, self.b, self.noise = RNG.normal(size=(pixels, codes)), RNG.normal(size=pixels), noise
        self.covariance = np.linalg.inv(np.eye(codes) + self.w.T @ self.w / noise**2)

    def images(self, count):
        z = RNG.normal(size=(count, self.w.shape[1]))
        return z @ self.w.T + self.b + self.noise * RNG.normal(size=(count, len(self.b)))

    def log_likelihood(self, x):
        marginal = self.w @ self.w.T + self.noise**2 * np.eye(len(self.b))
        return multivariate_normal(self.b, marginal).logpdf(x)

    def log_weights(self, x, draws, widen=1.0, shift=0.0):
        """log w [N, K] for q(z|x): the posterior with its standard deviations widened and its mean shifted."""
        means = (x - self.b) @ self.w @ self.covariance / self.noise**2 + shift
        root = widen * np.linalg.cholesky(self.covariance)
        noise = RNG.normal(size=(len(x), draws, len(root)))
        z = means[:, None] + noise @ root.T
        log_q = norm.logpdf(noise).sum(axis=2) - np.log(np.diag(root)).sum()
        log_x = norm.logpdf(x[:, None], z @ self.w.T + self.b, self.noise).sum(axis=2)
        return log_x + norm.logpdf(z).sum(axis=2) - log_q


@pytest.mark.parametrize("draws", [1, 2, 50])
def test_every_bound_is_exact_under_the_exact_posterior(draws):
    model = LinearGaussian()
    x = model.images(40)
    found = importance_weighted_bound(model.log_weights(x, draws))
    np.testing.assert_allclose(found, model.log_likelihood(x), rtol=1e-9)


@pytest.mark.parametrize(("widen", "shift"), [(1.6, 0.0), (1.2, 0.3)])
def test_bounds_rise_to_the_likelihood_under_a_poor_posterior(widen, shift):
    model = LinearGaussian()
    x = model.images(150)
    log_w, exact = model.log_weights(x, 5000, widen, shift), model.log_likelihood(x)
    # All draws are used for every K, in groups: 5000 / K bounds of each image.
    bounds = [importance_weighted_bound(log_w.reshape(-1, k)).mean() for k in (1, 2, 10, 100, 5000)]
    assert np.all(np.diff([*bounds[:4], exact.mean()]) > 0)
    assert bounds[0] < exact.mean() - 0.1
    np.testing.assert_allclose(importance_weighted_bound(log_w), exact, atol=0.15)
    assert bounds[-1] == pytest.approx(exact.mean(), abs=0.01)


def test_bound_of_one_draw_is_its_weight_and_its_mean_the_elbo():
    model = LinearGaussian()
    x = model.images(30)
    log_w = model.log_weights(x, 1, widen=1.5)
    np.testing.assert_array_equal(importance_weighted_bound(log_w), log_w[:, 0])
    # The gap of the ELBO is KL(q || posterior), here that of N(0, 1.5^2) from N(0, 1) in each of two directions.
    gap = 2 * (1.5**2 / 2 - 0.5 - np.log(1.5))
    many = model.log_weights(x, 4000, widen=1.5).mean()
    assert model.log_likelihood(x).mean() - many == pytest.approx(gap, abs=0.03)


def test_bound_against_the_mean_weight():
    log_w = RNG.normal(size=(20, 30))
    slow = [np.log(np.mean([np.exp(w) for w in row])) for row in log_w]
    np.testing.assert_allclose(importance_weighted_bound(log_w), slow, rtol=1e-12)


@pytest.mark.parametrize("offset", [-1000.0, -1e5, 1000.0])
def test_bound_neither_overflows_nor_underflows(offset):
    log_w = RNG.normal(size=(20, 30))
    found = importance_weighted_bound(log_w + offset)
    np.testing.assert_allclose(found, importance_weighted_bound(log_w) + offset, rtol=1e-12)


def test_bound_of_single_precision_weights_is_taken_in_double():
    log_w = RNG.normal(-300, 5, size=(10, 5000)).astype(np.float32)
    np.testing.assert_array_equal(importance_weighted_bound(log_w), importance_weighted_bound(log_w.astype(np.float64)))


def test_elbo_against_the_mean_weight_of_a_linear_gaussian_model():
    model = LinearGaussian()
    x = model.images(400)
    means = (x - model.b) @ model.w @ model.covariance / model.noise**2
    spread = np.trace(model.w @ model.covariance @ model.w.T)
    squared = np.sum((x - means @ model.w.T - model.b) ** 2, axis=1) + spread
    nats = squared / (2 * model.noise**2) + 5 * np.log(model.noise * np.sqrt(2 * np.pi))
    trace, logdet = np.trace(model.covariance), np.linalg.slogdet(model.covariance)[1]
    kl = (trace + np.sum(means**2, axis=1) - 2 - logdet) / 2
    assert elbo(nats, kl).value == pytest.approx(model.log_likelihood(x).mean(), rel=1e-10)
