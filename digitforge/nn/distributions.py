"""Probability distributions of codes, by TensorFlow Probability, which is used nowhere else.

A posterior turns what an encoder gives into q(z|x), a prior gives p(z). Both may have weights: they list in `tracked`
their Keras variables and networks, and a model keeps these in a layer, so that Keras trains and saves them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from digitforge.nn.backend import keras, layers, tf, tfb, tfd

if TYPE_CHECKING:
    Bijector = Any  # of TFP


class Distribution(Protocol):
    """What the models ask of a distribution; TFP's have it all."""

    def sample(self, sample_shape: Any = (), seed: Any = None) -> tf.Tensor: ...

    def log_prob(self, value: tf.Tensor) -> tf.Tensor: ...

    def mean(self) -> tf.Tensor: ...


class Posterior:
    """A family of q(z|x). `size`: values per example; `gaussian`: whether it is one Gaussian for each image."""

    gaussian: ClassVar[bool] = True
    size: int

    def __init__(self) -> None:
        self.tracked: list[Any] = []  # Keras variables and networks

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        """parameters: [B, size] -> distribution over [B, code]."""
        raise NotImplementedError


class Prior:
    """A family of p(z) over [code]."""

    def __init__(self) -> None:
        self.tracked: list[Any] = []  # Keras variables and networks

    def adapt(self, images: np.ndarray) -> None:
        """Prepare for training on uint8 images [N, H, W, C]."""

    def distribution(self, q_z: Callable[[tf.Tensor], Distribution]) -> Distribution:
        """p(z); q_z: images [K, H, W, C] in [0, 1] -> their posteriors, of which a prior may be made."""
        raise NotImplementedError


def standard_normal(code: int) -> Distribution:
    """N(0, I) over [code]."""
    return tfd.MultivariateNormalDiag(tf.zeros(code))


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


def mlp(inputs: int, hidden: list[int], outputs: int) -> keras.Model:
    """A small network [B, inputs] -> [B, outputs] whose last layer starts at zero."""
    x = keras.Input((inputs,))
    h = x
    for size in hidden:
        h = layers.Dense(size, activation="swish")(h)
    return keras.Model(x, layers.Dense(outputs, kernel_initializer="zeros")(h))


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


def variable(initializer: Any, shape: tuple[int, ...], name: str) -> keras.Variable:
    """A weight in single precision; initializer: Keras's, or its name."""
    return keras.Variable(keras.initializers.get(initializer), shape=shape, dtype="float32", name=name)


class Pair:
    """p(a) p(b|a), as one distribution of [a, b]: ancestral sampling."""

    def __init__(self, first: Distribution, second: Callable[[tf.Tensor], Distribution], size: int) -> None:
        self.first, self.second, self.size = first, second, size  # `size` is that of a

    def sample(self, sample_shape: Any = (), seed: Any = None) -> tf.Tensor:
        """-> [*sample_shape, B, code]."""
        fold_in = tf.random.experimental.stateless_fold_in
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


class Mixture:
    """A mixture of Gaussians with learned weights, means and deviations (Bishop 2006, eq. 2.188)."""

    def __init__(self, code: int, components: int) -> None:
        self.logits = variable("zeros", (components,), "logits")
        self.means = variable(keras.initializers.RandomNormal(stddev=0.5), (components, code), "means")
        of_one = keras.initializers.Constant(np.log(np.e - 1))  # what softplus makes 1 of
        self.deviations = variable(of_one, (components, code), "deviations")
        self.tracked = [self.logits, self.means, self.deviations]

    def distribution(self) -> Distribution:
        """The mixture, over [code]."""
        components = diagonal(tf.concat([self.means, self.deviations], axis=-1))
        return tfd.MixtureSameFamily(tfd.Categorical(logits=self.logits), components)


class CouplingFlow:
    """Affine coupling layers between fixed permutations, the identity at first (Dinh 2017, RealNVP, eq. 4-8).

    `context` values per example may steer every layer.
    """

    def __init__(self, code: int, *, layers: int, hidden: int, context: int = 0) -> None:
        self.kept = round(code / 2)  # coordinates that a layer leaves as they are, and reads
        self.networks = [mlp(self.kept + context, [hidden, hidden], 2 * (code - self.kept)) for _ in range(layers)]
        self.tracked = self.networks
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
