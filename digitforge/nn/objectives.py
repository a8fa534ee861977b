"""Terms of losses: pure functions that return one value per example, shape [B]. The model averages them."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def beta_loss(reconstruction: tf.Tensor, kl_nats: tf.Tensor, beta: tf.Tensor | float, free_bits: float) -> tf.Tensor:
    """reconstruction + beta max(KL, free bits), in nats; beta = 1 without free bits is the negative ELBO. [B] -> [B].

    beta: Higgins 2017, eq. 4. Free bits: Kingma 2016 (arXiv:1606.04934, eq. 15) with the whole code as one group: the
    first `free_bits` nats of an image's code cost nothing, so no code is pressed to carry less.
    """
    return reconstruction + beta * tf.maximum(kl_nats, free_bits)


def importance_weighted_loss(log_w: tf.Tensor) -> tf.Tensor:
    """-log 1/K sum_k w_k (Burda 2016, IWAE, eq. 8), in nats. log_w: [B, K] -> [B]; the negative ELBO for K = 1."""
    return np.log(log_w.shape[1]) - tf.reduce_logsumexp(log_w, axis=1)


def no_penalty(z: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """0 for every code."""
    return tf.zeros(tf.shape(z)[0])


def l1(z: tf.Tensor, seed: tf.Tensor, *, weight: float) -> tf.Tensor:
    """weight sum_j |z_j|: sparse codes. z: [B, D] -> [B]."""
    return weight * tf.reduce_sum(tf.abs(z), axis=1)


def l2(z: tf.Tensor, seed: tf.Tensor, *, weight: float) -> tf.Tensor:
    """weight 1/2 |z|^2: keeps the codes of a regularised autoencoder together (Ghosh 2020, eq. 8). [B, D] -> [B]."""
    return weight * 0.5 * tf.reduce_sum(tf.square(z), axis=1)


def kl_sparsity(z: tf.Tensor, seed: tf.Tensor, *, weight: float, target: float) -> tf.Tensor:
    """weight sum_j KL(Bernoulli(target) || Bernoulli(mean activation j of the batch)) (Ng 2011, CS294A, section 3).

    z: [B, D] in (0, 1) -> [B], the same value for every example.
    """
    mean = tf.clip_by_value(tf.reduce_mean(z, axis=0), 1e-6, 1 - 1e-6)
    kl = target * tf.math.log(target / mean) + (1 - target) * tf.math.log((1 - target) / (1 - mean))
    return tf.fill([tf.shape(z)[0]], weight * tf.reduce_sum(kl))


def mmd(z: tf.Tensor, seed: tf.Tensor, *, weight: float) -> tf.Tensor:
    """weight MMD^2(codes, N(0, I)), unbiased (Tolstikhin 2018, arXiv:1711.01558, algorithm 2).

    Inverse multiquadratic kernels C / (C + |a - b|^2), C = 2 D s for s in .1, .2, .5, 1, 2, 5, 10, summed. z: [B, D] ->
    [B], the same value for every example.
    """
    drawn = tf.random.stateless_normal(tf.shape(z), seed)
    count = tf.cast(tf.shape(z)[0], tf.float32)
    pairs = tf.maximum(count * (count - 1), 1)  # one image has no other, and no distance to it

    def kernel(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        square = tf.maximum(
            tf.reduce_sum(a * a, axis=1)[:, None]
            - 2 * tf.matmul(a, b, transpose_b=True)
            + tf.reduce_sum(b * b, axis=1),
            0.0,
        )
        scales = [2 * z.shape[1] * scale for scale in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
        return tf.add_n([scale / (scale + square) for scale in scales])

    def between_others(a: tf.Tensor) -> tf.Tensor:
        k = kernel(a, a)
        return (tf.reduce_sum(k) - tf.reduce_sum(tf.linalg.diag_part(k))) / pairs

    distance = between_others(z) + between_others(drawn) - 2 * tf.reduce_mean(kernel(z, drawn))
    return tf.fill([tf.shape(z)[0]], weight * distance)


# name in params.yaml -> penalty on an autoencoder's codes
PENALTIES: dict[str, Callable[..., tf.Tensor]] = {
    "none": no_penalty,
    "l1": l1,
    "l2": l2,
    "kl_sparsity": kl_sparsity,
    "mmd": mmd,
}
