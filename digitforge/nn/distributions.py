"""Probability distributions of codes, by TensorFlow Probability, which is imported nowhere else.

A posterior turns what an encoder gives into q(z|x), a prior gives p(z). Both may have weights: they are Keras layers,
so that a model finds these, but are never called as such (Keras 3 and TFP don't mix inside a layer graph).
"""

from collections.abc import Callable
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp
from keras import layers

from digitforge.nn.layers import mlp

tfd = tfp.distributions
tfb = tfp.bijectors
Bijector = Any  # of TFP
fold_in = tf.random.experimental.stateless_fold_in


class Distribution(Protocol):
    """What the models ask of a distribution; TFP's have it all."""

    def sample(self, sample_shape: Any = (), seed: Any = None) -> tf.Tensor: ...

    def log_prob(self, value: tf.Tensor) -> tf.Tensor: ...

    def mean(self) -> tf.Tensor: ...


def diagonal(parameters: tf.Tensor) -> Distribution:
    """N(mu, diag(sigma^2)). parameters: [..., 2 D] -> distribution over [..., D]; sigma = softplus, so never 0."""
    mu, scale = tf.split(parameters, 2, axis=-1)
    return tfd.MultivariateNormalDiag(mu, tf.math.softplus(scale) + 1e-5)


def kl(q: Distribution, p: Distribution, z: tf.Tensor) -> tf.Tensor:
    """KL(q || p) in nats -> [B]: in closed form where there is one, else estimated with z ~ q [B, code]."""
    try:
        return tfd.kl_divergence(q, p)
    except NotImplementedError:
        return q.log_prob(z) - p.log_prob(z)


def apply(network: keras.Model, z: tf.Tensor, context: tf.Tensor | None = None) -> tf.Tensor:
    """A network [N, D + C] -> [N, F] on draws z [..., B, D], each beside the context [B, C] of its example.

    -> [..., B, F]
    """
    leading = tf.shape(z)[:-1]
    if context is not None:
        spread = tf.broadcast_to(context, tf.concat([leading, tf.shape(context)[-1:]], axis=0))
        z = tf.concat([z, spread], axis=-1)
    found = network(tf.reshape(z, (-1, network.input_shape[-1])))
    return tf.reshape(found, tf.concat([leading, network.output_shape[-1:]], axis=0))


class Pair:
    """p(a) p(b|a), as one distribution of [a, b]: ancestral sampling."""

    def __init__(self, first: Distribution, second: Callable[[tf.Tensor], Distribution], size: int) -> None:
        self.first, self.second, self.size = first, second, size  # `size` is that of a

    def sample(self, sample_shape: Any = (), seed: Any = None) -> tf.Tensor:
        """-> [*sample_shape, B, code]."""
        a = self.first.sample(sample_shape, seed=fold_in(seed, 0))
        return tf.concat([a, self.second(a).sample(seed=fold_in(seed, 1))], axis=-1)

    def log_prob(self, value: tf.Tensor) -> tf.Tensor:
        """[..., code] -> [...]."""
        a, b = value[..., : self.size], value[..., self.size :]
        return self.first.log_prob(a) + self.second(a).log_prob(b)

    def mean(self) -> tf.Tensor:
        """The mean of b given the mean of a, [B, code]."""
        a = self.first.mean()
        return tf.concat([a, self.second(a).mean()], axis=-1)


class Label(tfd.OneHotCategorical):  # type: ignore[name-defined]
    """A label as a one-hot vector, whose "mean" is the likeliest one: decoders know no label in between."""

    def _mean(self, **arguments: Any) -> tf.Tensor:
        return self._mode()


class Mixture(layers.Layer):
    """A mixture of Gaussians with learned weights, means and deviations (Bishop 2006, eq. 2.188)."""

    def __init__(self, code: int, components: int) -> None:
        super().__init__()
        self.logits = self.add_weight(shape=(components,), initializer="zeros", name="logits")
        apart = keras.initializers.RandomNormal(stddev=0.5)
        self.means = self.add_weight(shape=(components, code), initializer=apart, name="means")
        of_one = keras.initializers.Constant(np.log(np.e - 1))  # what softplus makes 1 of
        self.deviations = self.add_weight(shape=(components, code), initializer=of_one, name="deviations")

    def distribution(self) -> Distribution:
        """The mixture, over [code]."""
        components = diagonal(tf.concat([self.means, self.deviations], axis=-1))
        return tfd.MixtureSameFamily(tfd.Categorical(logits=self.logits), components)


class CouplingFlow(layers.Layer):
    """Affine coupling layers between fixed permutations, the identity at first (Dinh 2017, RealNVP, eq. 4-8).

    `context` values per example may steer every layer.
    """

    def __init__(self, code: int, *, layers: int, hidden: int, context: int = 0) -> None:
        super().__init__()
        self.kept = round(code / 2)  # coordinates that a layer leaves as they are, and reads
        self.networks = [mlp(self.kept + context, [hidden, hidden], 2 * (code - self.kept)) for _ in range(layers)]
        rng = np.random.default_rng(0)
        self.permutations = [rng.permutation(code).tolist() for _ in range(layers)]

    def bijector(self, context: tf.Tensor | None = None) -> Bijector:
        """The flow for `context` [B, context] (or none), over [..., B, code]."""

        def coupling(network: keras.Model) -> Bijector:
            def shift_and_log_scale(kept: tf.Tensor, units: int) -> tuple[tf.Tensor, tf.Tensor]:
                shift, scale = tf.split(apply(network, kept, context), 2, axis=-1)
                return shift, 2 * tf.tanh(scale / 2)  # bounded: one layer can't run away

            return tfb.RealNVP(num_masked=self.kept, shift_and_log_scale_fn=shift_and_log_scale)

        steps = zip(self.networks, self.permutations, strict=True)
        return tfb.Chain([step for network, order in steps for step in (tfb.Permute(order), coupling(network))])


class Flowed:
    """A distribution moved by a bijector, with the image of its mean in the place of the mean."""

    def __init__(self, base: Distribution, bijector: Bijector) -> None:
        self.base = base
        self.bijector = bijector
        self.moved = tfd.TransformedDistribution(base, bijector)
        self.sample, self.log_prob = self.moved.sample, self.moved.log_prob

    def mean(self) -> tf.Tensor:
        """The bijector's value at the base's mean."""
        return self.bijector.forward(self.base.mean())
