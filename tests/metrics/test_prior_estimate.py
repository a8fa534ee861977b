import numpy as np
from scipy.stats import bernoulli

from stages.metrics import prior_estimate

RNG = np.random.default_rng(0)


def test_prior_estimate_against_scipy_in_probability_space():
    images = (RNG.random((7, 3, 2, 1)) < 0.5).astype(np.uint8) * 255
    logits = RNG.normal(size=(11, 3, 2, 1))
    p = 1 / (1 + np.exp(-logits))
    slow = [np.log(np.mean([bernoulli.pmf(x // 255, q).prod() for q in p])) for x in images]
    np.testing.assert_allclose(prior_estimate.prior_log_likelihood(images, logits), slow, rtol=1e-5)


def test_prior_estimate_is_exact_when_the_code_does_not_matter():
    # p(x|z) the same for every z: the mean is p(x) itself, however unlikely x is.
    images = (RNG.random((5, 28, 28, 1)) < 0.5).astype(np.uint8) * 255
    logits = np.repeat(RNG.normal(size=(1, 28, 28, 1)), 100, axis=0)
    exact = -np.logaddexp(0, np.where(images == 255, -logits[0], logits[0])).sum(axis=(1, 2, 3))
    found = prior_estimate.prior_log_likelihood(images, logits)
    assert exact.max() < -500
    np.testing.assert_allclose(found, exact, rtol=1e-5)


def test_prior_estimate_is_the_same_across_chunks(monkeypatch):
    images = (RNG.random((9, 4, 4, 1)) < 0.5).astype(np.uint8) * 255
    logits = RNG.normal(size=(20, 4, 4, 1))
    whole = prior_estimate.prior_log_likelihood(images, logits)
    monkeypatch.setattr(prior_estimate, "CHUNK", 4)
    np.testing.assert_allclose(prior_estimate.prior_log_likelihood(images, logits), whole, rtol=1e-6)
