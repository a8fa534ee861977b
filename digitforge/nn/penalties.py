"""Penalties on an autoencoder's codes: functions of codes z [B, D] that return one value per example, [B]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from digitforge.nn.backend import tf
from digitforge.schema import Schema, Weight, one_of


class PenaltySettings(Schema):
    """What every penalty has.

    `of_activities`: whether it takes only codes in (0, 1); `of_batch`: whether it depends on all codes of a batch.
    """

    of_activities: ClassVar[bool] = False
    of_batch: ClassVar[bool] = False
    name: str


class NoPenalty(PenaltySettings):
    name: Literal["none"]


def no_penalty(z: tf.Tensor, seed: tf.Tensor, settings: NoPenalty) -> tf.Tensor:
    """0 for every code."""
    return tf.zeros(tf.shape(z)[0])


class L1(PenaltySettings):
    name: Literal["l1"]
    weight: Weight


def l1(z: tf.Tensor, seed: tf.Tensor, settings: L1) -> tf.Tensor:
    """weight sum_j |z_j|: sparse codes. z: [B, D] -> [B]."""
    return settings.weight * tf.reduce_sum(tf.abs(z), axis=1)


class L2(PenaltySettings):
    name: Literal["l2"]
    weight: Weight


def l2(z: tf.Tensor, seed: tf.Tensor, settings: L2) -> tf.Tensor:
    """weight 1/2 |z|^2: keeps the codes of a regularised autoencoder together (Ghosh 2020, eq. 8). [B, D] -> [B]."""
    return settings.weight * 0.5 * tf.reduce_sum(tf.square(z), axis=1)


class KlSparsity(PenaltySettings):
    of_activities: ClassVar[bool] = True
    of_batch: ClassVar[bool] = True
    name: Literal["kl_sparsity"]
    weight: Weight
    target: Annotated[float, Field(gt=0, lt=1)]


def kl_sparsity(z: tf.Tensor, seed: tf.Tensor, settings: KlSparsity) -> tf.Tensor:
    """weight sum_j KL(Bernoulli(target) || Bernoulli(mean activation j of the batch)) (Ng 2011, CS294A, section 3).

    z: [B, D] in (0, 1) -> [B], the same value for every example.
    """
    target, mean = settings.target, tf.clip_by_value(tf.reduce_mean(z, axis=0), 1e-6, 1 - 1e-6)
    kl = target * tf.math.log(target / mean) + (1 - target) * tf.math.log((1 - target) / (1 - mean))
    return tf.fill([tf.shape(z)[0]], settings.weight * tf.reduce_sum(kl))


class Mmd(PenaltySettings):
    of_batch: ClassVar[bool] = True
    name: Literal["mmd"]
    weight: Weight


def mmd(z: tf.Tensor, seed: tf.Tensor, settings: Mmd) -> tf.Tensor:
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
    return tf.fill([tf.shape(z)[0]], settings.weight * distance)


PENALTIES: dict[type[PenaltySettings], Callable[..., tf.Tensor]] = {
    NoPenalty: no_penalty,
    L1: l1,
    L2: l2,
    KlSparsity: kl_sparsity,
    Mmd: mmd,
}
Penalty = Annotated[PenaltySettings, one_of(PENALTIES)]
