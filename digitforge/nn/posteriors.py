"""Posteriors: from an encoder's `size` values per image to q(z|x)."""

import tensorflow as tf
from keras import layers

from digitforge.nn.distributions import CouplingFlow, Distribution, Flowed, Label, Pair, apply, diagonal, tfb, tfd
from digitforge.nn.layers import mlp


class Posterior(layers.Layer):
    """A family of q(z|x). `size`: values per example; `gaussian`: whether its density is cheap everywhere."""

    gaussian = True
    size: int

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        """parameters: [B, size] -> distribution over [B, code]."""
        raise NotImplementedError


class Diagonal(Posterior):
    """q(z|x) = N(mu, diag(sigma^2)) (Kingma & Welling 2014, eq. 9)."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.size = 2 * code

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        return diagonal(parameters)


class TriL(Posterior):
    """q(z|x) = N(mu, L L^T) with L lower triangular: a full covariance (Kingma & Welling 2019, section 2.5.1)."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code
        self.size = code + code * (code + 1) // 2

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        mu, triangle = parameters[..., : self.code], parameters[..., self.code :]
        return tfd.MultivariateNormalTriL(mu, tfb.FillScaleTriL(diag_shift=1e-5)(triangle))


class Flow(Posterior):
    """A diagonal Gaussian moved by coupling layers that see the image too (Rezende & Mohamed 2015; Dinh 2017)."""

    gaussian = False

    def __init__(self, code: int, *, layers: int, hidden: int) -> None:
        super().__init__()
        self.base, self.context = 2 * code, hidden
        self.size = self.base + self.context
        self.flow = CouplingFlow(code, layers=layers, hidden=hidden, context=hidden)

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        base, context = parameters[..., : self.base], parameters[..., self.base :]
        return Flowed(diagonal(base), self.flow.bijector(context))


class TwoLayer(Posterior):
    """q(z2|x) q(z1|x, z2), both diagonal: the code is [z2, z1] (Tomczak & Welling 2018, section 4.1)."""

    gaussian = False

    def __init__(self, code: int, *, top: int, hidden: int) -> None:
        super().__init__()
        self.top, self.context = top, hidden
        self.size = 2 * top + self.context
        self.lower = mlp(self.context + top, [hidden], 2 * (code - top))

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        first, context = parameters[..., : 2 * self.top], parameters[..., 2 * self.top :]

        def second(above: tf.Tensor) -> Distribution:
            return diagonal(apply(self.lower, above, context))

        return Pair(diagonal(first), second, self.top)


class Labelled(Posterior):
    """q(y|x) q(z|x, y) for a label y, one-hot: the code is [y, z] (Kingma 2014, M2, arXiv:1406.5298, eq. 4)."""

    gaussian = False

    def __init__(self, code: int, *, classes: int, hidden: int) -> None:
        super().__init__()
        self.classes, self.context = classes, hidden
        self.size = classes + self.context
        self.lower = mlp(self.context + classes, [hidden], 2 * (code - classes))

    def distribution(self, parameters: tf.Tensor) -> Pair:
        logits, context = parameters[..., : self.classes], parameters[..., self.classes :]

        def second(label: tf.Tensor) -> Distribution:
            return diagonal(apply(self.lower, label, context))

        return Pair(Label(logits, dtype=tf.float32), second, self.classes)


POSTERIORS: dict[str, type[Posterior]] = {
    "diagonal": Diagonal,
    "tril": TriL,
    "flow": Flow,
    "two_layer": TwoLayer,
    "labelled": Labelled,
}
