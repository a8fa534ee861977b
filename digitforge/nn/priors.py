"""Priors p(z) of codes, fixed or learned."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from keras import layers

from digitforge.nn.distributions import CouplingFlow, Distribution, Flowed, Label, Mixture, Pair, apply, diagonal, tfd
from digitforge.nn.layers import mlp

Encode = Callable[[tf.Tensor], Distribution]


def standard_normal(code: int) -> Distribution:
    """N(0, I) over [code]."""
    return tfd.MultivariateNormalDiag(tf.zeros(code))


class Prior(layers.Layer):
    """A family of p(z) over [code]."""

    def __init__(self, code: int, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.code = code

    def adapt(self, images: np.ndarray) -> None:
        """Prepare for training on uint8 images [N, H, W, C]."""

    def distribution(self, q_z: Encode) -> Distribution:
        """p(z); q_z: images [K, H, W, C] in [0, 1] -> their posteriors, of which a prior may be made."""
        raise NotImplementedError


class Normal(Prior):
    """p(z) = N(0, I)."""

    def distribution(self, q_z: Encode) -> Distribution:
        return standard_normal(self.code)


class Vamp(Prior):
    """p(z) = 1/K sum_k q(z|u_k) for K learned pseudo-inputs u_k (Tomczak & Welling 2018, arXiv:1705.07120, eq. 9)."""

    def __init__(self, code: int, shape: tuple[int, int, int], *, components: int) -> None:
        super().__init__(code, shape)
        self.logits = self.add_weight(shape=(components, *shape), initializer="zeros", name="pseudo_inputs")

    def adapt(self, images: np.ndarray) -> None:
        """Start from training images, softened so that they can still change."""
        chosen = np.random.default_rng(0).integers(len(images), size=self.logits.shape[0])
        soft = np.clip(images[chosen] / 255, 0.02, 0.98)
        self.logits.assign(np.log(soft / (1 - soft)))

    def distribution(self, q_z: Encode) -> Distribution:
        components = q_z(tf.sigmoid(self.logits))
        return tfd.MixtureSameFamily(tfd.Categorical(logits=tf.zeros(self.logits.shape[0])), components)


class Flow(Prior):
    """A mixture moved by affine coupling layers, all trained with the model (Dinh 2017; Chen 2017, section 3.2).

    A flow keeps what it moves in one piece: `components` Gaussians to start from let it tell clusters apart
    (Papamakarios 2017, arXiv:1705.07057, section 4.1, "MoG"). A single one stays N(0, I).
    """

    def __init__(self, code: int, shape: tuple[int, int, int], *, components: int, layers: int, hidden: int) -> None:
        super().__init__(code, shape)
        self.base = Mixture(code, components) if components > 1 else None
        self.flow = CouplingFlow(code, layers=layers, hidden=hidden)

    def distribution(self, q_z: Encode) -> Distribution:
        base = self.base.distribution() if self.base else standard_normal(self.code)
        return Flowed(base, self.flow.bijector())


class TwoLayer(Prior):
    """p(z2) p(z1|z2), the first N(0, I), the second diagonal and learned (Tomczak & Welling 2018, section 4.1)."""

    def __init__(self, code: int, shape: tuple[int, int, int], *, top: int, hidden: int) -> None:
        super().__init__(code, shape)
        self.top = top
        self.lower = mlp(top, [hidden, hidden], 2 * (code - top))

    def distribution(self, q_z: Encode) -> Distribution:
        return Pair(standard_normal(self.top), lambda above: diagonal(apply(self.lower, above)), self.top)


class Labelled(Prior):
    """p(y) p(z): every label is as likely as another, z is N(0, I) whatever the label (Kingma 2014, M2, eq. 2)."""

    def __init__(self, code: int, shape: tuple[int, int, int], *, classes: int) -> None:
        super().__init__(code, shape)
        self.classes = classes

    def distribution(self, q_z: Encode) -> Distribution:
        label = Label(tf.zeros(self.classes), dtype=tf.float32)
        size = self.code - self.classes
        return Pair(label, lambda y: diagonal_like(y, size), self.classes)


def diagonal_like(y: tf.Tensor, size: int) -> Distribution:
    """N(0, I) over [..., size] for labels y [..., classes]."""
    return tfd.MultivariateNormalDiag(tf.zeros(tf.concat([tf.shape(y)[:-1], [size]], axis=0)))


PRIORS: dict[str, type[Prior]] = {
    "normal": Normal,
    "vamp": Vamp,
    "flow": Flow,
    "two_layer": TwoLayer,
    "labelled": Labelled,
}
