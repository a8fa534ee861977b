"""Family `vae`: the variational autoencoder (Kingma & Welling 2014, arXiv:1312.6114)."""

import math
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from stages.models.base import GenerativeModel
from stages.nn.distributions import POSTERIORS, Distribution, kl, standard_normal
from stages.nn.networks import Shape
from stages.nn.objectives import beta_loss, cross_entropy


class Vae(GenerativeModel):
    """z ~ q(z|x), x ~ p(x|z) Bernoulli, p(z) = N(0, I); minimises reconstruction + beta KL."""

    TERMS = ("loss", "reconstruction_nats", "kl_nats")
    has_likelihood = True

    def __init__(self, shape: Shape, *, code: int, network: Mapping[str, Any], posterior: str, beta: float) -> None:
        parameters = POSTERIORS[posterior]
        super().__init__(shape, code=code, features=parameters.size(code), network=network)
        self.posterior = parameters
        self.beta = beta
        self.prior = standard_normal(code)

    def q_z(self, x: tf.Tensor) -> Distribution:
        """q(z|x). x: [B, H, W, C] in [0, 1] -> distribution over [B, code]."""
        return self.posterior.distribution(tf.cast(self.encoder(x), tf.float32))

    def terms(self, x: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """-log p(x|z) and KL(q(z|x) || p(z)) per image, in nats, with one draw of z (Kingma & Welling 2014, eq. 3)."""
        q_z = self.q_z(x)
        reconstruction = cross_entropy(x, self.decoder(q_z.sample(seed=seed)))
        kl_nats = kl(q_z, self.prior)
        return {
            "loss": beta_loss(reconstruction, kl_nats, self.beta),
            "reconstruction_nats": reconstruction,
            "kl_nats": kl_nats,
        }

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The posterior's mean, and a draw from it."""
        q_z = self.q_z(x)
        return q_z.mean(), q_z.sample(seed=seed)

    def weigh(self, x: tf.Tensor, draws: int, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """What importance sampling needs, for z_k ~ q(z|x), k = 1..draws (Burda 2016, arXiv:1509.00519, eq. 8).

        x: [B, H, W, C] in [0, 1] -> (log p(x|z_k), log q(z_k|x) - log p(z_k)), each [B, draws], in nats.
        """
        q_z = self.q_z(x)
        z = q_z.sample(draws, seed=seed)
        logits = tf.reshape(self.decoder(tf.reshape(z, (-1, self.code))), (draws, -1, math.prod(self.image_shape)))
        # log p(x|z) of Bernoulli pixels is x . logits - sum softplus(logits).
        lit = tf.einsum("kbp,bp->bk", logits, tf.reshape(x, (-1, math.prod(self.image_shape))))
        log_p_xz = lit - tf.transpose(tf.reduce_sum(tf.math.softplus(logits), axis=2))
        return log_p_xz, tf.transpose(q_z.log_prob(z) - self.prior.log_prob(z))
