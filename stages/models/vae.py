"""Family `vae`: the variational autoencoder (Kingma & Welling 2014, arXiv:1312.6114)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stages.metrics.prior_estimate import prior_log_likelihood
from stages.models.base import GenerativeModel
from stages.models.batches import in_batches, scale
from stages.nn.distributions import POSTERIORS, Distribution, bernoulli, standard_normal
from stages.nn.networks import Shape
from stages.nn.objectives import beta_loss, elbo_terms

PRIOR_DRAWS = 10_000


class Vae(GenerativeModel):
    """z ~ q(z|x), x ~ p(x|z) Bernoulli, p(z) = N(0, I); minimises reconstruction + beta KL."""

    TERMS = ("loss", "reconstruction_nats", "kl_nats")

    def __init__(self, shape: Shape, *, code: int, network: Mapping[str, Any], posterior: str, beta: float) -> None:
        parameters = POSTERIORS[posterior]
        super().__init__(shape, code=code, features=parameters.size(code), network=network)
        self.posterior = parameters
        self.beta = beta
        self.prior = standard_normal(code)

    def q_z(self, x: tf.Tensor) -> Distribution:
        """q(z|x). x: [B, H, W, C] in [0, 1] -> distribution over [B, code]."""
        return self.posterior.distribution(self.encoder(x))

    def terms(self, x: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Loss, reconstruction and KL per image, in nats, with one draw of z."""
        q_z = self.q_z(x)
        p_x = bernoulli(self.decoder(q_z.sample(seed=seed)))
        reconstruction, kl = elbo_terms(x, p_x, q_z, self.prior)
        return {
            "loss": beta_loss(reconstruction, kl, self.beta),
            "reconstruction_nats": reconstruction,
            "kl_nats": kl,
        }

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The posterior's mean, and a draw from it."""
        q_z = self.q_z(x)
        return q_z.mean(), q_z.sample(seed=seed)

    def likelihood(self, images: np.ndarray, seed: int) -> dict[str, np.ndarray]:
        """-log p(x|z) at one drawn z and KL(q || p), in nats, each [N]; minus their sum is the ELBO."""
        found = in_batches(lambda i, x: self.terms(scale(x), tf.stack([seed, i])), images)
        return {name: found[name] for name in self.TERMS[1:]}

    def anomaly_score(self, images: np.ndarray, seed: int) -> np.ndarray:
        """-log p(x) in nats, p(x) being the mean of p(x|z) over 10,000 draws of the prior: [N, H, W, C] -> [N]."""
        z = self.prior.sample(PRIOR_DRAWS, seed=[seed, 2]).numpy()
        return -prior_log_likelihood(images, self.decode_logits(z))
