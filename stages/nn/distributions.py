"""Probability distributions of the models, by TensorFlow Probability.

TFP is imported nowhere else. Networks return tensors; these wrap them outside the layer graph (Keras 3 and TFP
don't mix inside it).
"""

from typing import Any, Protocol

import tensorflow as tf
import tensorflow_probability as tfp

tfd = tfp.distributions
tfb = tfp.bijectors


class Distribution(Protocol):
    """What the models ask of a distribution; TFP's have it all."""

    def sample(self, sample_shape: Any = (), seed: Any = None) -> tf.Tensor: ...

    def log_prob(self, value: tf.Tensor) -> tf.Tensor: ...

    def mean(self) -> tf.Tensor: ...


class Diagonal:
    """q(z|x) = N(mu, diag(sigma^2)) (Kingma & Welling 2014, eq. 9)."""

    @staticmethod
    def size(code: int) -> int:
        """Number of parameters per example."""
        return 2 * code

    @staticmethod
    def distribution(parameters: tf.Tensor) -> Distribution:
        """parameters: [B, 2 * code] -> distribution over [B, code]; sigma = softplus, so never 0."""
        mu, scale = tf.split(parameters, 2, axis=-1)
        return tfd.MultivariateNormalDiag(mu, tf.math.softplus(scale) + 1e-5)


class TriL:
    """q(z|x) = N(mu, L L^T) with L lower triangular: a full covariance (Kingma & Welling 2019, section 2.5.1)."""

    @staticmethod
    def size(code: int) -> int:
        """Number of parameters per example."""
        return code + code * (code + 1) // 2

    @staticmethod
    def distribution(parameters: tf.Tensor) -> Distribution:
        """parameters: [B, code + code * (code + 1) / 2] -> distribution over [B, code]."""
        # size = d + d (d + 1) / 2, solved for d.
        code = int(((9 + 8 * parameters.shape[-1]) ** 0.5 - 3) / 2)
        mu, triangle = parameters[..., :code], parameters[..., code:]
        return tfd.MultivariateNormalTriL(mu, tfb.FillScaleTriL(diag_shift=1e-5)(triangle))


POSTERIORS: dict[str, type[Diagonal] | type[TriL]] = {"diagonal": Diagonal, "tril": TriL}


def standard_normal(code: int) -> Distribution:
    """p(z) = N(0, I) over [code]."""
    return tfd.MultivariateNormalDiag(tf.zeros(code))


def kl(q: Distribution, p: Distribution) -> tf.Tensor:
    """KL(q || p) in nats, in closed form -> [B]."""
    return tfd.kl_divergence(q, p)
