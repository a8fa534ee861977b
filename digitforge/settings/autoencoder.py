"""Family `autoencoder`: its section `model`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from digitforge.nn.networks import Network
from digitforge.nn.penalties import Penalty
from digitforge.schema import Weight
from digitforge.settings.model import ModelSettings


class AutoencoderSettings(ModelSettings):
    """`noise`: deviation of the noise on what the encoder sees; `decay`: weight of the decoder's squared weights."""

    network: Network
    pixels: Literal["bernoulli", "gaussian", "rectified"]
    penalty: Penalty
    noise: Annotated[float, Field(ge=0, le=10)]
    decay: Weight

    @model_validator(mode="after")
    def codes_suit_the_penalty(self) -> "AutoencoderSettings":
        if self.penalty.of_activities and not self.network.gives_activities:
            raise ValueError(
                f"penalty.name: received {self.penalty.name!r}; accepted: another, or a dense network with "
                "code_activation: sigmoid, whose codes are activities in (0, 1)"
            )
        return self

    def of_whole_batch(self) -> str | None:
        name = f"model.penalty.name: {self.penalty.name}"
        return f"{name}, which looks at a batch as a whole" if self.penalty.of_batch else None
