import numpy as np
import tensorflow as tf

from stages.nn.distributions import POSTERIORS, bernoulli, standard_normal
from stages.nn.objectives import beta_loss, cross_entropy, elbo_terms

RNG = np.random.default_rng(0)


def test_cross_entropy_is_minus_the_bernoulli_log_likelihood():
    logits = RNG.normal(size=(5, 6, 6, 1)).astype(np.float32) * 20
    x = (RNG.random((5, 6, 6, 1)) < 0.5).astype(np.float32)
    np.testing.assert_allclose(cross_entropy(x, logits), -bernoulli(logits).log_prob(x), rtol=1e-5)


def test_elbo_is_below_log_p_of_a_model_summed_by_brute_force():
    # Two pixels, one code: p(x) by a fine grid over z. The bound must hold for any q, with equality for none here.
    def decoder(z):
        return tf.reshape(tf.concat([2 * z, 1 - z], axis=-1), (-1, 2, 1, 1))

    grid = np.linspace(-8, 8, 4001, dtype=np.float32)[:, None]
    x = np.array([1.0, 0.0], np.float32).reshape(1, 2, 1, 1)
    density = np.exp(standard_normal(1).log_prob(grid) + bernoulli(decoder(grid)).log_prob(x))
    log_p_x = np.log(np.trapezoid(density, grid[:, 0]))
    q_z = POSTERIORS["diagonal"].distribution(tf.constant([[0.3, 0.2]]))
    z = q_z.sample(200_000, seed=[0, 1])[:, 0]
    reconstruction, kl = elbo_terms(tf.repeat(x, len(z), 0), bernoulli(decoder(z)), q_z, standard_normal(1))
    elbo = -float(tf.reduce_mean(reconstruction) + tf.reduce_mean(kl))
    assert elbo < log_p_x
    # The gap is KL(q || p(z|x)), by the same grid.
    q = np.exp(q_z.log_prob(grid))
    posterior = density / np.trapezoid(density, grid[:, 0])
    gap = np.trapezoid(q * (np.log(q + 1e-30) - np.log(posterior + 1e-30)), grid[:, 0])
    np.testing.assert_allclose(log_p_x - elbo, gap, atol=0.01)


def test_beta_weighs_the_kl():
    np.testing.assert_allclose(beta_loss(tf.constant([3.0, 4.0]), tf.constant([2.0, 1.0]), 4.0), [11, 8])
