import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import multivariate_normal

from stages.nn.distributions import POSTERIORS, kl, standard_normal

RNG = np.random.default_rng(0)


def closed_form_kl(mean, covariance):
    """KL(N(mean, covariance) || N(0, I)), written out."""
    mean = mean.numpy().astype(np.float64)
    return 0.5 * (np.trace(covariance) + mean @ mean - len(mean) - np.linalg.slogdet(covariance)[1])


@pytest.mark.parametrize("name", POSTERIORS)
@pytest.mark.parametrize("code", [1, 2, 5, 17])
def test_kl_against_numpy(name, code):
    posterior = POSTERIORS[name]
    parameters = RNG.normal(size=(4, posterior.size(code))).astype(np.float32)
    q_z = posterior.distribution(tf.constant(parameters))
    factors = q_z.scale.to_dense().numpy().astype(np.float64)
    expected = [closed_form_kl(mean, factor @ factor.T) for mean, factor in zip(q_z.mean(), factors, strict=True)]
    np.testing.assert_allclose(kl(q_z, standard_normal(code)), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", POSTERIORS)
def test_log_prob_against_scipy(name):
    posterior = POSTERIORS[name]
    q_z = posterior.distribution(tf.constant(RNG.normal(size=(1, posterior.size(3))).astype(np.float32)))
    z = RNG.normal(size=(1, 3)).astype(np.float32)
    expected = multivariate_normal(q_z.mean()[0], q_z.covariance()[0].numpy()).logpdf(z[0])
    assert float(q_z.log_prob(z)[0]) == pytest.approx(expected, rel=1e-4)


def test_tril_reaches_correlated_codes_and_diagonal_does_not():
    covariances = {}
    for name, posterior in POSTERIORS.items():
        parameters = tf.constant(RNG.normal(size=(1, posterior.size(4))).astype(np.float32))
        covariances[name] = posterior.distribution(parameters).covariance().numpy()[0]
    assert np.abs(covariances["tril"] - np.diag(np.diag(covariances["tril"]))).max() > 0.05
    assert np.abs(covariances["diagonal"] - np.diag(np.diag(covariances["diagonal"]))).max() == 0


def test_same_seed_same_draw():
    q_z = standard_normal(5)
    np.testing.assert_array_equal(q_z.sample(3, seed=[1, 2]), q_z.sample(3, seed=[1, 2]))
    assert not np.array_equal(q_z.sample(3, seed=[1, 2]), q_z.sample(3, seed=[1, 3]))
