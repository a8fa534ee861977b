"""Family `vae`: the variational autoencoder (Kingma & Welling 2014, arXiv:1312.6114)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from digitforge.models.base import GenerativeModel
from digitforge.nn.distributions import Distribution, kl
from digitforge.nn.networks import Shape
from digitforge.nn.objectives import beta_loss, importance_weighted_loss
from digitforge.nn.posteriors import POSTERIORS
from digitforge.nn.priors import PRIORS


class Vae(GenerativeModel):
    """z ~ q(z|x), x ~ p(x|z); minimises -E log p(x|z) + beta KL(q(z|x) || p(z)), or the importance-weighted bound.

    `draws` above 1 chooses the latter. `free_bits`: nats of KL that cost nothing; `warmup`: share of the training over
    which beta grows from 0.
    """

    TERMS: tuple[str, ...] = ("loss", "reconstruction_nats", "kl_nats")
    has_likelihood = True

    def __init__(
        self,
        shape: Shape,
        *,
        code: int,
        network: Mapping[str, Any],
        pixels: str,
        posterior: Mapping[str, Any],
        prior: Mapping[str, Any],
        beta: float,
        free_bits: float,
        warmup: float,
        draws: int,
    ) -> None:
        of_posterior, of_prior = dict(posterior), dict(prior)
        found = POSTERIORS[of_posterior.pop("name")](code, **of_posterior)
        super().__init__(shape, code=code, features=found.size, network=network, pixels=pixels)
        self.posterior = found
        self.prior = PRIORS[of_prior.pop("name")](code, shape, **of_prior)
        self.beta, self.free_bits, self.warmup, self.draws = beta, free_bits, warmup, draws

    def adapt(self, images: np.ndarray) -> None:
        """Outputs start at the data's mean; a prior made of images, at images."""
        super().adapt(images)
        self.prior.adapt(images)

    def q_z(self, x: tf.Tensor, training: bool = False) -> Distribution:
        """q(z|x). x: [B, H, W, C] in [0, 1] -> distribution over [B, code]."""
        return self.posterior.distribution(self.features(x, training))

    def p_z(self) -> Distribution:
        """p(z), over [code]."""
        return self.prior.distribution(self.q_z)

    def beta_now(self, training: bool) -> tf.Tensor | float:
        """Beta at this step."""
        if not (training and self.warmup):
            return self.beta
        done = tf.cast(self.optimizer.iterations, tf.float32) / (self.warmup * self.steps)
        return self.beta * tf.minimum(1.0, done)

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """-log p(x|z) and KL(q(z|x) || p(z)) per image, in nats (Kingma & Welling 2014, eq. 3; Burda 2016, eq. 8)."""
        if self.draws > 1:
            log_p_xz, log_ratio = self.weigh(x, self.draws, seed, training=training)
            reconstruction, kl_nats = -tf.reduce_mean(log_p_xz, axis=1), tf.reduce_mean(log_ratio, axis=1)
            loss = importance_weighted_loss(log_p_xz - log_ratio)
        else:
            q_z = self.q_z(x, training)
            z = q_z.sample(seed=seed)
            reconstruction = self.pixels.nll(x, self.decoder(z, training=training))
            kl_nats = kl(q_z, self.p_z(), z)
            loss = beta_loss(reconstruction, kl_nats, self.beta_now(training), self.free_bits)
        return {"loss": loss, "reconstruction_nats": reconstruction, "kl_nats": kl_nats}

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The posterior's mean, and a draw from it."""
        q_z = self.q_z(x)
        return q_z.mean(), q_z.sample(seed=seed)

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code] from p(z)."""
        return self.p_z().sample(count, seed=[seed, 4]).numpy()

    def weigh(
        self, x: tf.Tensor, draws: int, seed: tf.Tensor, *, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """What importance sampling needs, for z_k ~ q(z|x), k = 1..draws (Burda 2016, arXiv:1509.00519, eq. 8).

        x: [B, H, W, C] in [0, 1] -> (log p(x|z_k), log q(z_k|x) - log p(z_k)), each [B, draws], in nats. While training
        the gradient is the doubly reparametrised one (Tucker 2018, arXiv:1810.04152, eq. 8): the encoder's has no
        score-function part, and its weights are squared, so that its signal doesn't drown as `draws` grow.
        """
        parameters = self.features(x, training)
        z = self.posterior.distribution(parameters).sample(draws, seed=seed)
        weights: list[tf.Tensor] = []  # w_k / sum w, [draws, B, 1], known only after all that depends on z
        if training:
            z = scaled_on_the_way_back(z, weights)
            parameters = tf.stop_gradient(parameters)
        decoded = tf.cast(self.decoder(tf.reshape(z, (-1, self.code)), training=training), tf.float32)
        eta, normaliser = self.pixels.natural(tf.reshape(decoded, (draws, -1, *self.image_shape)))
        log_p_xz = tf.einsum("kbhwc,bhwc->kb", eta, x) - normaliser + self.pixels.base_measure(x)
        log_ratio = self.posterior.distribution(parameters).log_prob(z) - self.p_z().log_prob(z)
        weights.append(tf.stop_gradient(tf.nn.softmax(log_p_xz - log_ratio, axis=0))[..., None])
        return tf.transpose(log_p_xz), tf.transpose(log_ratio)


def scaled_on_the_way_back(z: tf.Tensor, factors: list[tf.Tensor]) -> tf.Tensor:
    """z, whose gradient is multiplied by factors[0]; that may be added to the list afterwards."""

    @tf.custom_gradient
    def identity(value: tf.Tensor) -> tuple[tf.Tensor, Any]:
        return tf.identity(value), lambda upstream: upstream * factors[0]

    return identity(z)
