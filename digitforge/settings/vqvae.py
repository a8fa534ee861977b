"""Family `vqvae`: its section `model`."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from digitforge.nn.networks import Grid
from digitforge.schema import Positive, Weight
from digitforge.settings.model import ModelSettings


class VqvaeSettings(ModelSettings):
    """`code`: values of an entry; `entries`: how many; `commitment`: weight of vectors' distance from them."""

    samples_prior_only: ClassVar[bool] = True
    entries: Annotated[int, Field(ge=2, le=65536)]
    network: Grid
    pixels: Literal["bernoulli", "gaussian"]
    commitment: Weight
    prior_units: Positive
    prior_depth: Positive
