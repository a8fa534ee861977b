"""Posteriors of a VAE: from an encoder's `size` values per image to q(z|x)."""

from __future__ import annotations

from typing import Annotated, Literal

from digitforge.nn.backend import tf, tfb, tfd
from digitforge.nn.distributions import CouplingFlow, Distribution, Flowed, Pair, Posterior, apply, diagonal, mlp
from digitforge.schema import Positive, Schema, one_of


class PosteriorSettings(Schema):
    """What every posterior has."""

    name: str

    def check(self, code: int) -> None:
        """Raise ValueError if a code of this size can't have the posterior."""


class Diagonal(PosteriorSettings):
    name: Literal["diagonal"]


class DiagonalPosterior(Posterior):
    """q(z|x) = N(mu, diag(sigma^2)) (Kingma & Welling 2014, eq. 9)."""

    def __init__(self, code: int, settings: Diagonal) -> None:
        super().__init__()
        self.size = 2 * code

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        return diagonal(parameters)


class TriL(PosteriorSettings):
    name: Literal["tril"]


class TriLPosterior(Posterior):
    """q(z|x) = N(mu, L L^T) with L lower triangular: a full covariance (Kingma & Welling 2019, section 2.5.1)."""

    def __init__(self, code: int, settings: TriL) -> None:
        super().__init__()
        self.code = code
        self.size = code + code * (code + 1) // 2

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        mu, triangle = parameters[..., : self.code], parameters[..., self.code :]
        return tfd.MultivariateNormalTriL(mu, tfb.FillScaleTriL(diag_shift=1e-5)(triangle))


class Flow(PosteriorSettings):
    name: Literal["flow"]
    layers: Positive
    hidden: Positive

    def check(self, code: int) -> None:
        if code < 2:
            raise ValueError(f"code: received {code}; accepted: at least 2 with posterior: flow")


class FlowPosterior(Posterior):
    """A diagonal Gaussian moved by coupling layers that see the image too (Rezende & Mohamed 2015; Dinh 2017)."""

    gaussian = False

    def __init__(self, code: int, settings: Flow) -> None:
        super().__init__()
        self.base, context = 2 * code, settings.hidden
        self.size = self.base + context
        self.flow = CouplingFlow(code, layers=settings.layers, hidden=settings.hidden, context=context)
        self.tracked = self.flow.tracked

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        base, context = parameters[..., : self.base], parameters[..., self.base :]
        return Flowed(diagonal(base), self.flow.bijector(context))


class TwoLayer(PosteriorSettings):
    name: Literal["two_layer"]
    top: Positive
    hidden: Positive

    def check(self, code: int) -> None:
        if self.top >= code:
            raise ValueError(f"posterior.top: received {self.top}; accepted: less than code, {code}")


class TwoLayerPosterior(Posterior):
    """q(z2|x) q(z1|x, z2), both diagonal: the code is [z2, z1] (Tomczak & Welling 2018, section 4.1)."""

    gaussian = False

    def __init__(self, code: int, settings: TwoLayer) -> None:
        super().__init__()
        self.top, context = settings.top, settings.hidden
        self.size = 2 * self.top + context
        self.lower = mlp(context + self.top, [settings.hidden], 2 * (code - self.top))
        self.tracked = [self.lower]

    def distribution(self, parameters: tf.Tensor) -> Distribution:
        first, context = parameters[..., : 2 * self.top], parameters[..., 2 * self.top :]

        def second(above: tf.Tensor) -> Distribution:
            return diagonal(apply(self.lower, above, context))

        return Pair(diagonal(first), second, self.top)


POSTERIORS: dict[type[PosteriorSettings], type[Posterior]] = {
    Diagonal: DiagonalPosterior,
    TriL: TriLPosterior,
    Flow: FlowPosterior,
    TwoLayer: TwoLayerPosterior,
}
PosteriorOf = Annotated[PosteriorSettings, one_of(POSTERIORS)]


def build(code: int, settings: PosteriorSettings) -> Posterior:
    """The posterior of a code of so many values, its weights drawn by Keras's global seed."""
    return POSTERIORS[type(settings)](code, settings)  # type: ignore[call-arg]
