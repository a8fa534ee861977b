"""Priors p(z) of a VAE's codes, fixed or learned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import numpy as np

from digitforge.nn.backend import tf, tfd
from digitforge.nn.distributions import (
    CouplingFlow,
    Distribution,
    Flowed,
    Mixture,
    Pair,
    Prior,
    apply,
    diagonal,
    mlp,
    standard_normal,
    variable,
)
from digitforge.schema import Positive, Schema, one_of

Shape = tuple[int, int, int]
Encode = Callable[["tf.Tensor"], Distribution]


class PriorSettings(Schema):
    """What every prior has; `needs_gaussian`: whether the posterior must be one Gaussian."""

    needs_gaussian: ClassVar[bool] = False
    name: str

    def check(self, code: int) -> None:
        """Raise ValueError if a code of this size can't have the prior."""


class Normal(PriorSettings):
    name: Literal["normal"]


class NormalPrior(Prior):
    """p(z) = N(0, I)."""

    def __init__(self, code: int, shape: Shape, settings: Normal) -> None:
        super().__init__()
        self.code = code

    def distribution(self, q_z: Encode) -> Distribution:
        return standard_normal(self.code)


class Vamp(PriorSettings):
    needs_gaussian: ClassVar[bool] = True
    name: Literal["vamp"]
    components: Positive


class VampPrior(Prior):
    """p(z) = 1/K sum_k q(z|u_k) for K learned pseudo-inputs u_k (Tomczak & Welling 2018, arXiv:1705.07120, eq. 9)."""

    def __init__(self, code: int, shape: Shape, settings: Vamp) -> None:
        super().__init__()
        self.logits = variable("zeros", (settings.components, *shape), "pseudo_inputs")
        self.tracked = [self.logits]

    def adapt(self, images: np.ndarray) -> None:
        """Start from training images, softened so that they can still change."""
        chosen = np.random.default_rng(0).integers(len(images), size=self.logits.shape[0])
        soft = np.clip(images[chosen] / 255, 0.02, 0.98)
        self.logits.assign(np.log(soft / (1 - soft)))

    def distribution(self, q_z: Encode) -> Distribution:
        components = q_z(tf.sigmoid(self.logits))
        return tfd.MixtureSameFamily(tfd.Categorical(logits=tf.zeros(self.logits.shape[0])), components)


class Flow(PriorSettings):
    name: Literal["flow"]
    components: Positive
    layers: Positive
    hidden: Positive

    def check(self, code: int) -> None:
        if code < 2:
            raise ValueError(f"code: received {code}; accepted: at least 2 with prior: flow")


class FlowPrior(Prior):
    """A mixture moved by affine coupling layers, all trained with the model (Dinh 2017; Chen 2017, section 3.2).

    A flow keeps what it moves in one piece: `components` Gaussians to start from let it tell clusters apart
    (Papamakarios 2017, arXiv:1705.07057, section 4.1, "MoG"). A single one stays N(0, I).
    """

    def __init__(self, code: int, shape: Shape, settings: Flow) -> None:
        super().__init__()
        self.code = code
        self.base = Mixture(code, settings.components) if settings.components > 1 else None
        self.flow = CouplingFlow(code, layers=settings.layers, hidden=settings.hidden)
        self.tracked = [*(self.base.tracked if self.base else []), *self.flow.tracked]

    def distribution(self, q_z: Encode) -> Distribution:
        base = self.base.distribution() if self.base else standard_normal(self.code)
        return Flowed(base, self.flow.bijector())


class TwoLayer(PriorSettings):
    name: Literal["two_layer"]
    top: Positive
    hidden: Positive

    def check(self, code: int) -> None:
        if self.top >= code:
            raise ValueError(f"prior.top: received {self.top}; accepted: less than code, {code}")


class TwoLayerPrior(Prior):
    """p(z2) p(z1|z2), the first N(0, I), the second diagonal and learned (Tomczak & Welling 2018, section 4.1)."""

    def __init__(self, code: int, shape: Shape, settings: TwoLayer) -> None:
        super().__init__()
        self.top = settings.top
        self.lower = mlp(self.top, [settings.hidden, settings.hidden], 2 * (code - self.top))
        self.tracked = [self.lower]

    def distribution(self, q_z: Encode) -> Distribution:
        return Pair(standard_normal(self.top), lambda above: diagonal(apply(self.lower, above)), self.top)


PRIORS: dict[type[PriorSettings], type[Prior]] = {
    Normal: NormalPrior,
    Vamp: VampPrior,
    Flow: FlowPrior,
    TwoLayer: TwoLayerPrior,
}
PriorOf = Annotated[PriorSettings, one_of(PRIORS)]


def build(code: int, shape: Shape, settings: PriorSettings) -> Prior:
    """The prior of a code of so many values for images [H, W, C], its weights drawn by Keras's global seed."""
    return PRIORS[type(settings)](code, shape, settings)  # type: ignore[call-arg]
