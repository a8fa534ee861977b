"""Losses: pure functions that return one value per example, shape [B], in nats. The model averages them."""

import tensorflow as tf


def cross_entropy(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy summed over pixels: -sum x log p + (1 - x) log(1 - p) = sum softplus(l) - x l.

    x, logits l: [B, H, W, C] -> [B]. For binary x this is -log p(x|z) of independent Bernoulli pixels.
    """
    logits = tf.cast(logits, tf.float32)
    return tf.reduce_sum(tf.math.softplus(logits) - x * logits, axis=[1, 2, 3])


def beta_loss(reconstruction: tf.Tensor, kl_nats: tf.Tensor, beta: float) -> tf.Tensor:
    """reconstruction + beta KL (Higgins 2017, eq. 4); beta = 1 is the negative ELBO. [B], [B] -> [B]."""
    return reconstruction + beta * kl_nats
