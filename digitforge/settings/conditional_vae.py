"""Family `conditional_vae`: its section `model`."""

from typing import TYPE_CHECKING, ClassVar, Literal

from digitforge.nn.networks import Network
from digitforge.schema import Positive, Weight
from digitforge.settings.model import ModelSettings

if TYPE_CHECKING:
    from digitforge.settings.fit import Fit


class ConditionalVaeSettings(ModelSettings):
    """`hidden`: units between encoder, label and posterior. How many labels there are, the data say."""

    samples_prior_only: ClassVar[bool] = True
    network: Network
    pixels: Literal["bernoulli", "dynamic", "gaussian"]
    hidden: Positive
    beta: Weight

    def check(self, channels: int, fit: "Fit") -> None:
        super().check(channels, fit)
        if self.network.channel_by_channel:
            raise ValueError(
                "model.network.shared_channels: received True; accepted: false, the label being of all channels"
            )
