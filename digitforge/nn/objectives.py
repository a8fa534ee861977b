"""Objectives of a VAE: functions of a model and images [B, H, W, C] that return terms per image, [B], in nats.

The model averages the terms and minimises the first one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Protocol

import numpy as np
from pydantic import Field

from digitforge.nn.backend import tf
from digitforge.nn.distributions import Distribution, kl
from digitforge.nn.posteriors import POSTERIORS, PosteriorSettings
from digitforge.nn.priors import Normal, PriorSettings
from digitforge.schema import Schema, Share, Weight, one_of


class Model(Protocol):
    """What an objective asks of a VAE."""

    decoder: Any
    pixels: Any
    optimizer: Any
    steps: int

    def q_z(self, x: tf.Tensor, training: bool = False) -> Distribution: ...

    def p_z(self) -> Distribution: ...

    def weigh(
        self, x: tf.Tensor, draws: int, seed: tf.Tensor, *, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]: ...


class Terms(NamedTuple):
    """What is minimised, -log p(x|z), and KL(q(z|x) || p(z)), each [B] in nats."""

    loss: tf.Tensor
    reconstruction_nats: tf.Tensor
    kl_nats: tf.Tensor


class ObjectiveSettings(Schema):
    """What every objective has; `needs_gaussian`: whether the posterior must be one Gaussian."""

    needs_gaussian: ClassVar[bool] = False
    name: str

    def check(self, posterior: PosteriorSettings, prior: PriorSettings) -> None:
        """Raise ValueError if it can't go with them."""


class Elbo(ObjectiveSettings):
    """`free_bits`: nats of KL that cost nothing; `warmup`: share of the training over which beta grows from 0.

    Free bits need a KL in closed form, which is never negative. An estimate from one draw often is: clamped, it would
    be too large on average.
    """

    name: Literal["elbo"]
    beta: Weight
    free_bits: Weight
    warmup: Share

    def check(self, posterior: PosteriorSettings, prior: PriorSettings) -> None:
        if self.free_bits and not (POSTERIORS[type(posterior)].gaussian and isinstance(prior, Normal)):
            parts = f"posterior: {posterior.name} and prior: {prior.name}, whose KL is an estimate"
            raise ValueError(f"objective.free_bits: received {self.free_bits:g}; accepted: 0 with {parts}")


def elbo(model: Model, x: tf.Tensor, seed: tf.Tensor, settings: Elbo, *, training: bool) -> Terms:
    """The negative ELBO, if beta is 1 and there are no free bits (Kingma & Welling 2014, eq. 3)."""
    q_z = model.q_z(x, training)
    z = q_z.sample(seed=seed)
    reconstruction = model.pixels.nll(x, model.decoder(z, training=training))
    kl_nats = kl(q_z, model.p_z(), z)
    beta = settings.beta
    if training and settings.warmup:
        done = tf.cast(model.optimizer.iterations, tf.float32) / (settings.warmup * model.steps)
        beta = beta * tf.minimum(1.0, done)
    return Terms(beta_loss(reconstruction, kl_nats, beta, settings.free_bits), reconstruction, kl_nats)


def beta_loss(reconstruction: tf.Tensor, kl_nats: tf.Tensor, beta: tf.Tensor | float, free_bits: float) -> tf.Tensor:
    """reconstruction + beta max(KL, free bits), or with no free bits beta KL, in nats. [B] -> [B].

    beta: Higgins 2017, eq. 4. Free bits: Kingma 2016 (arXiv:1606.04934, eq. 15) with the whole code as one group: the
    first `free_bits` nats of an image's code cost nothing, so no code is pressed to carry less.
    """
    return reconstruction + beta * (tf.maximum(kl_nats, free_bits) if free_bits else kl_nats)


class ImportanceWeighted(ObjectiveSettings):
    needs_gaussian: ClassVar[bool] = True
    name: Literal["importance_weighted"]
    draws: Annotated[int, Field(ge=1, le=1000)]


def importance_weighted(
    model: Model, x: tf.Tensor, seed: tf.Tensor, settings: ImportanceWeighted, *, training: bool
) -> Terms:
    """The importance-weighted bound of `draws` codes (Burda 2016, IWAE, arXiv:1509.00519, eq. 8)."""
    log_p_xz, log_ratio = model.weigh(x, settings.draws, seed, training=training)
    reconstruction, kl_nats = -tf.reduce_mean(log_p_xz, axis=1), tf.reduce_mean(log_ratio, axis=1)
    return Terms(importance_weighted_loss(log_p_xz - log_ratio), reconstruction, kl_nats)


def importance_weighted_loss(log_w: tf.Tensor) -> tf.Tensor:
    """-log 1/K sum_k w_k (Burda 2016, eq. 8), in nats. log_w: [B, K] -> [B]; the negative ELBO for K = 1."""
    return np.log(log_w.shape[1]) - tf.reduce_logsumexp(log_w, axis=1)


OBJECTIVES: dict[type[ObjectiveSettings], Callable[..., Terms]] = {
    Elbo: elbo,
    ImportanceWeighted: importance_weighted,
}
Objective = Annotated[ObjectiveSettings, one_of(OBJECTIVES)]
