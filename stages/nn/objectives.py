"""Losses: pure functions that return one value per example, shape [B], in nats. The model averages them."""

import tensorflow as tf

from stages.nn.distributions import Distribution, kl


def cross_entropy(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy summed over pixels: -sum x log p + (1 - x) log(1 - p).

    x, logits: [B, H, W, C] -> [B]. For binary x this is -log p(x|z) of independent Bernoulli pixels.
    """
    pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    return tf.reduce_sum(pixels, axis=[1, 2, 3])


def elbo_terms(x: tf.Tensor, p_x: Distribution, q_z: Distribution, p_z: Distribution) -> tuple[tf.Tensor, tf.Tensor]:
    """The two terms of the negative evidence lower bound (Kingma & Welling 2014, eq. 3).

    x: [B, H, W, C] -> (-log p(x|z) at the z that gave p_x, KL(q(z|x) || p(z))), each [B].
    """
    return -p_x.log_prob(x), kl(q_z, p_z)


def beta_loss(reconstruction: tf.Tensor, kl_nats: tf.Tensor, beta: float) -> tf.Tensor:
    """reconstruction + beta KL (Higgins 2017, eq. 4); beta = 1 is the negative ELBO. [B], [B] -> [B]."""
    return reconstruction + beta * kl_nats
