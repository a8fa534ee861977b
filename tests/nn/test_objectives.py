import numpy as np
import pytest
import tensorflow as tf

from stages.nn.distributions import POSTERIORS, kl, standard_normal
from stages.nn.objectives import beta_loss, cross_entropy

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("scale", [0, 1, 20])
def test_cross_entropy_against_numpy(scale):
    logits = (RNG.normal(size=(5, 6, 6, 3)) * scale).astype(np.float32)
    x = RNG.random((5, 6, 6, 3)).astype(np.float32)
    log_p, log_not_p = -np.logaddexp(0, -logits.astype(np.float64)), -np.logaddexp(0, logits.astype(np.float64))
    np.testing.assert_allclose(cross_entropy(x, logits), -(x * log_p + (1 - x) * log_not_p).sum((1, 2, 3)), rtol=1e-5)


def test_cross_entropy_of_a_sure_and_right_pixel_is_zero_and_of_a_sure_and_wrong_one_its_logit():
    logits, x = tf.constant([[[[500.0], [-500.0]]]]), tf.constant([[[[1.0], [0.0]]]])
    np.testing.assert_array_equal(cross_entropy(x, logits), [0])
    np.testing.assert_array_equal(cross_entropy(1 - x, logits), [1000])


def test_elbo_is_below_log_p_of_a_model_summed_by_brute_force():
    # Two pixels, one code: p(x) by a fine grid over z. The bound must hold for any q, with equality for none here.
    def decoder(z):
        return tf.reshape(tf.concat([2 * z, 1 - z], axis=-1), (-1, 2, 1, 1))

    grid = np.linspace(-8, 8, 4001, dtype=np.float32)[:, None]
    x = np.array([1.0, 0.0], np.float32).reshape(1, 2, 1, 1)
    density = np.exp(standard_normal(1).log_prob(grid) - cross_entropy(x, decoder(grid)))
    log_p_x = np.log(np.trapezoid(density, grid[:, 0]))
    q_z = POSTERIORS["diagonal"].distribution(tf.constant([[0.3, 0.2]]))
    z = q_z.sample(200_000, seed=[0, 1])[:, 0]
    reconstruction = cross_entropy(tf.repeat(x, len(z), 0), decoder(z))
    elbo = -float(tf.reduce_mean(reconstruction) + tf.reduce_mean(kl(q_z, standard_normal(1))))
    assert elbo < log_p_x
    # The gap is KL(q || p(z|x)), by the same grid.
    q = np.exp(q_z.log_prob(grid))
    posterior = density / np.trapezoid(density, grid[:, 0])
    gap = np.trapezoid(q * (np.log(q + 1e-30) - np.log(posterior + 1e-30)), grid[:, 0])
    np.testing.assert_allclose(log_p_x - elbo, gap, atol=0.01)


def test_beta_weighs_the_kl():
    np.testing.assert_allclose(beta_loss(tf.constant([3.0, 4.0]), tf.constant([2.0, 1.0]), 4.0), [11, 8])
