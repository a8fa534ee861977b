"""What models with q(z|x) and p(z) share: codes, the prior's draws, and the weights of importance sampling."""

from typing import Any

import numpy as np

from digitforge.models.base import GenerativeModel, Parts
from digitforge.nn.backend import tf
from digitforge.nn.distributions import Distribution, Posterior, Prior


class VariationalModel(GenerativeModel):
    """z ~ p(z), x ~ p(x|z), with z ~ q(z|x) in the place of the true posterior."""

    has_likelihood = True
    posterior: Posterior
    prior: Prior

    def take(self, posterior: Posterior, prior: Prior) -> None:
        """Keep the two, and have Keras train and save what they hold."""
        self.posterior, self.prior = posterior, prior
        self.parts = Parts([*posterior.tracked, *prior.tracked])

    def adapt(self, images: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Outputs start at the data's mean; a prior made of images, at images."""
        super().adapt(images)
        self.prior.adapt(images)

    def q_z(self, x: tf.Tensor, training: bool = False) -> Distribution:
        """q(z|x). x: [B, H, W, C] in [0, 1] -> distribution over [B, code]."""
        return self.posterior.distribution(self.features(x, training))

    def p_z(self) -> Distribution:
        """p(z), over [code]."""
        return self.prior.distribution(self.q_z)

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
