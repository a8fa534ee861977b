import math

import numpy as np
import tensorflow as tf

from digitforge.nn.objectives import beta_loss, importance_weighted_loss

RNG = np.random.default_rng(0)


def test_beta_weighs_the_kl_and_free_bits_cost_nothing():
    reconstruction, kl = tf.constant([1.0, 2.0]), tf.constant([3.0, 5.0])
    np.testing.assert_allclose(beta_loss(reconstruction, kl, 1.0, 0.0), [4, 7])
    np.testing.assert_allclose(beta_loss(reconstruction, kl, 4.0, 0.0), [13, 22])
    np.testing.assert_allclose(beta_loss(reconstruction, kl, 2.0, 4.0), [1 + 8, 2 + 10])


def test_the_importance_weighted_bound_of_one_draw_is_the_elbo_and_more_are_tighter():
    log_w = tf.constant(RNG.normal(-90, 3, (5, 50)), tf.float32)
    np.testing.assert_allclose(importance_weighted_loss(log_w[:, :1]), -log_w[:, 0])
    slow = [-math.log(sum(math.exp(float(w) + 90) for w in row) / 50) + 90 for row in log_w]
    np.testing.assert_allclose(importance_weighted_loss(log_w), slow, rtol=1e-5)
    assert np.all(importance_weighted_loss(log_w) < -tf.reduce_mean(log_w, axis=1))
