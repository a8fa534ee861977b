"""Posterior and prior of codes that begin with a label, one-hot: those of a conditional VAE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from digitforge.nn.backend import keras, tf, tfd
from digitforge.nn.distributions import Distribution, Pair, Posterior, Prior, apply, diagonal, mlp

NEVER = 1e-12  # a probability, in single precision that of no draw; its logarithm is finite


class Label:
    """A label as a one-hot vector, whose "mean" is the likeliest one: decoders know no label in between."""

    def __init__(self, logits: tf.Tensor) -> None:
        self.categorical = tfd.OneHotCategorical(logits, dtype=tf.float32)
        self.sample, self.log_prob = self.categorical.sample, self.categorical.log_prob

    def mean(self) -> tf.Tensor:
        """The likeliest label. -> [..., classes]."""
        return self.categorical.mode()


class LabelledPosterior(Posterior):
    """q(y|x) q(z|x, y) for a label y, one-hot: the code is [y, z] (Kingma 2014, M2, arXiv:1406.5298, eq. 4)."""

    gaussian = False

    def __init__(self, code: int, *, classes: int, hidden: int) -> None:
        super().__init__()
        self.classes = classes
        self.size = classes + hidden
        self.lower = mlp(hidden + classes, [hidden], 2 * (code - classes))
        self.tracked = [self.lower]

    def distribution(self, parameters: tf.Tensor) -> Pair:
        logits, context = parameters[..., : self.classes], parameters[..., self.classes :]

        def second(label: tf.Tensor) -> Distribution:
            return diagonal(apply(self.lower, label, context))

        return Pair(Label(logits), second, self.classes)


class LabelledPrior(Prior):
    """p(y) p(z): labels are as frequent as in training, z is N(0, I) whatever the label (Kingma 2014, M2, eq. 2)."""

    def __init__(self, code: int, *, classes: int) -> None:
        super().__init__()
        self.classes, self.rest = classes, code - classes
        self.log_p = keras.Variable(np.full(classes, -np.log(classes)), trainable=False, dtype="float32", name="log_p")
        self.tracked = [self.log_p]

    def count(self, labels: np.ndarray) -> None:
        """Take p(y) from training labels [N]; one that isn't among them is never drawn."""
        shares = np.bincount(labels, minlength=self.classes) / len(labels)
        self.log_p.assign(np.log(np.maximum(shares, NEVER)))

    def known(self) -> np.ndarray:
        """The labels that can be drawn, rising."""
        return np.flatnonzero(np.exp(self.log_p.numpy()) > 2 * NEVER)

    def distribution(self, q_z: Callable[[tf.Tensor], Any]) -> Pair:
        logits = tf.convert_to_tensor(self.log_p)
        return Pair(Label(logits), lambda y: normal_beside(y, self.rest), self.classes)


def normal_beside(y: tf.Tensor, size: int) -> Distribution:
    """N(0, I) over [..., size] for labels y [..., classes]."""
    return tfd.MultivariateNormalDiag(tf.zeros(tf.concat([tf.shape(y)[:-1], [size]], axis=0)))
