"""What pixels are, given a code: the distributions p(x|z) of whole images, pixels independent.

Each is an exponential family, log p(x|z) = x . eta(z) - A(z) + h(x), so that many codes meet many images in one matrix
product. `logits` [..., H, W, C] is what a decoder gives.
"""

from __future__ import annotations

import math

import numpy as np

from digitforge.nn.backend import tf

IMAGE = [-3, -2, -1]


class Bernoulli:
    """Pixels are 0 or 1. Grey values x in [0, 1] count as shares of both: a cross-entropy, no density."""

    @staticmethod
    def mean(logits: tf.Tensor) -> tf.Tensor:
        """Expected pixels, the sigmoid of their log-odds. [..., H, W, C] -> the same."""
        return tf.sigmoid(logits)

    @staticmethod
    def start(mean: np.ndarray) -> np.ndarray:
        """The logits whose mean is `mean` [H, W, C], as far as a mean of data can be trusted near 0 and 1."""
        clipped = np.clip(mean, 1e-3, 1 - 1e-3)
        return np.log(clipped / (1 - clipped))

    @staticmethod
    def observe(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """What of an image [B, H, W, C] in [0, 1] the model is shown: the image."""
        return x

    @staticmethod
    def nll(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """-log p(x|z) = -sum x log m + (1 - x) log(1 - m) = sum softplus(l) - x l, in nats. [B, H, W, C] -> [B]."""
        logits = tf.cast(logits, tf.float32)
        return tf.reduce_sum(tf.math.softplus(logits) - x * logits, axis=IMAGE)

    @staticmethod
    def natural(logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """[..., H, W, C] -> eta [..., H, W, C], A [...]."""
        return logits, tf.reduce_sum(tf.math.softplus(logits), axis=IMAGE)

    @staticmethod
    def base_measure(x: tf.Tensor) -> tf.Tensor:
        """h(x). [B, H, W, C] -> [B]."""
        return tf.zeros(tf.shape(x)[0])


class Dynamic(Bernoulli):
    """Bernoulli pixels of which a grey image gives only probabilities: drawn anew at every step.

    "Dynamic binarisation" (Salakhutdinov & Murray 2008; Burda 2016, section 5): nats comparable to the literature's.
    """

    @staticmethod
    def observe(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Binary pixels that are 1 with probability x. [B, H, W, C] in [0, 1] -> the same shape."""
        return tf.cast(tf.random.stateless_uniform(tf.shape(x), seed) < x, x.dtype)


class Gaussian(Bernoulli):
    """Grey pixels with a variance of one half around their mean: -log p(x|z) is the squared error and a constant."""

    LOG_NORMALISER = 0.5 * math.log(math.pi)  # of each pixel

    @classmethod
    def nll(cls, x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """-log p(x|z) = sum (x - m)^2 + 1/2 log pi, in nats. [B, H, W, C] twice -> [B]."""
        error = tf.math.squared_difference(x, cls.mean(tf.cast(logits, tf.float32)))
        return tf.reduce_sum(error + cls.LOG_NORMALISER, axis=IMAGE)

    @classmethod
    def natural(cls, logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """(x - m)^2 = x^2 - 2 m x + m^2: eta = 2 m, A = |m|^2."""
        mean = cls.mean(logits)
        return 2 * mean, tf.reduce_sum(tf.square(mean), axis=IMAGE)

    @classmethod
    def base_measure(cls, x: tf.Tensor) -> tf.Tensor:
        """h(x) = -sum x^2 + 1/2 log pi. [B, H, W, C] -> [B]."""
        return -tf.reduce_sum(tf.square(x) + cls.LOG_NORMALISER, axis=IMAGE)


class Rectified(Gaussian):
    """Gaussian pixels whose mean is a ReLU of what the decoder gives."""

    @staticmethod
    def mean(logits: tf.Tensor) -> tf.Tensor:
        """Expected pixels, at least 0; those above 1 are shown as 1."""
        return tf.nn.relu(logits)

    @staticmethod
    def start(mean: np.ndarray) -> np.ndarray:
        """The mean itself, a little above 0, where a ReLU would be dead."""
        return mean + 0.01


# name in params.yaml -> distribution
PIXELS: dict[str, type[Bernoulli]] = {
    "bernoulli": Bernoulli,
    "dynamic": Dynamic,
    "gaussian": Gaussian,
    "rectified": Rectified,
}
