"""What the section `model` has in every family."""

from typing import TYPE_CHECKING, ClassVar

from digitforge.nn.networks import NetworkSettings
from digitforge.schema import Positive, Schema

if TYPE_CHECKING:
    from digitforge.settings.fit import Fit


class ModelSettings(Schema):
    """The settings of a model. `samples_prior_only`: no density can be fitted to its codes, so the prior draws all."""

    samples_prior_only: ClassVar[bool] = False
    code: Positive
    network: NetworkSettings

    def check(self, channels: int, fit: "Fit") -> None:
        """Raise ValueError, naming a key of the row, if the settings don't suit so many channels or the training."""
        if self.network.channel_by_channel and self.code % channels:
            accepted = f"a multiple of {channels}, the image's channels, with shared_channels"
            raise ValueError(f"model.code: received {self.code}; accepted: {accepted}")
        if fit.devices != "one" and (reason := self.of_whole_batch()):
            raise ValueError(f"fit.devices: received {fit.devices!r}; accepted: 'one' with {reason}")

    def of_whole_batch(self) -> str | None:
        """The setting, if there is one, that looks at a batch as a whole, so that devices can't share it."""
        return None
