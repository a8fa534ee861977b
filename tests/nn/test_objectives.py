import math

import numpy as np
import pytest
import tensorflow as tf

from digitforge.models import build
from digitforge.nn.objectives import beta_loss, importance_weighted_loss
from tests import small

RNG = np.random.default_rng(0)
DENSE = {"name": "dense", "encoder": [16], "decoder": [16], "activation": "relu", "code_activation": "linear"}


def test_beta_weighs_the_kl_and_free_bits_cost_nothing():
    reconstruction, kl = tf.constant([1.0, 2.0]), tf.constant([3.0, 5.0])
    np.testing.assert_allclose(beta_loss(reconstruction, kl, 1.0, 0.0), [4, 7])
    np.testing.assert_allclose(beta_loss(reconstruction, kl, 4.0, 0.0), [13, 22])
    np.testing.assert_allclose(beta_loss(reconstruction, kl, 2.0, 4.0), [1 + 8, 2 + 10])
    # An estimate of a KL from one draw may be negative: without free bits the loss stays the sum of its parts.
    np.testing.assert_allclose(beta_loss(reconstruction, tf.constant([-3.0, 5.0]), 1.0, 0.0), [-2, 7])


@pytest.mark.parametrize("posterior", [{"name": "diagonal"}, {"name": "flow", "layers": 2, "hidden": 8}])
@pytest.mark.parametrize("prior", [{"name": "normal"}, {"name": "flow", "components": 2, "layers": 2, "hidden": 8}])
def test_the_loss_is_the_sum_of_its_parts_on_every_image(posterior, prior):
    parts = {"network": DENSE, "pixels": "bernoulli", "posterior": posterior, "prior": prior}
    model = build("vae", (8, 8, 1), {"code": 4, **parts, "objective": small.ELBO}, seed=3)
    x = tf.constant(RNG.random((500, 8, 8, 1)), tf.float32)
    found = model.terms(x, None, tf.constant([1, 2]), training=True)
    np.testing.assert_allclose(found["loss"], found["reconstruction_nats"] + found["kl_nats"], rtol=1e-6)
    exact = posterior["name"] == "diagonal" and prior["name"] == "normal"
    assert exact == bool(np.all(found["kl_nats"] >= 0))  # the others are estimates here, and some are negative


def test_the_importance_weighted_bound_of_one_draw_is_the_elbo_and_more_are_tighter():
    log_w = tf.constant(RNG.normal(-90, 3, (5, 50)), tf.float32)
    np.testing.assert_allclose(importance_weighted_loss(log_w[:, :1]), -log_w[:, 0])
    slow = [-math.log(sum(math.exp(float(w) + 90) for w in row) / 50) + 90 for row in log_w]
    np.testing.assert_allclose(importance_weighted_loss(log_w), slow, rtol=1e-5)
    assert np.all(importance_weighted_loss(log_w) < -tf.reduce_mean(log_w, axis=1))
