"""Family `gan`: its section `model`."""

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from digitforge.nn.adversarial import Game
from digitforge.nn.networks import Network
from digitforge.settings.model import ModelSettings

if TYPE_CHECKING:
    from digitforge.settings.fit import Fit


class GanSettings(ModelSettings):
    """`pack`: how many images the discriminator judges together."""

    samples_prior_only: ClassVar[bool] = True
    network: Network
    game: Game
    pack: Annotated[int, Field(ge=1, le=16)]

    def check(self, channels: int, fit: "Fit") -> None:
        super().check(channels, fit)
        if fit.batch < self.pack:
            raise ValueError(f"fit.batch: received {fit.batch}; accepted: at least model.pack, {self.pack}")

    def of_whole_batch(self) -> str | None:
        return f"model.pack: {self.pack}, whose images are judged together" if self.pack > 1 else None
