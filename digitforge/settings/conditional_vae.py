"""Family `conditional_vae`: its section `model`."""

from typing import TYPE_CHECKING, ClassVar, Literal

from digitforge.nn.networks import Network
from digitforge.schema import Positive, Weight
from digitforge.settings.model import ModelSettings

if TYPE_CHECKING:
    from digitforge.settings.fit import Fit


class ConditionalVaeSettings(ModelSettings):
    """`classes`: how many labels there are; `hidden`: units between encoder, label and posterior."""

    samples_prior_only: ClassVar[bool] = True
    network: Network
    pixels: Literal["bernoulli", "dynamic", "gaussian"]
    classes: Positive
    hidden: Positive
    beta: Weight

    def check(self, channels: int, fit: "Fit") -> None:
        super().check(channels, fit)
        labels = 10**channels
        if self.classes < labels:
            accepted = f"at least {labels} with {channels} channels"
            raise ValueError(f"model.classes: received {self.classes}; accepted: {accepted}")
        if self.network.channel_by_channel:
            raise ValueError(
                "model.network.shared_channels: received True; accepted: false, the label being of all channels"
            )
