"""A row of `variants:` in params.yaml, of any family."""

from typing import Annotated, Literal

from pydantic import Field, create_model, model_validator

from digitforge.data.modes import Mode
from digitforge.nn.samplers import Sampling
from digitforge.schema import Schema, one_of
from digitforge.settings.families import FAMILIES
from digitforge.settings.fit import Fit
from digitforge.settings.model import ModelSettings


class Row(Schema):
    """A variant: its title, family, data mode, model, training, and where codes of new images come from."""

    title: Annotated[str, Field(min_length=1, pattern=r"^[^\r\n]*\S[^\r\n]*$")]  # one line, in tables
    family: str
    data: Mode
    model: ModelSettings
    fit: Fit
    sample: Sampling

    @model_validator(mode="after")
    def sections_fit_together(self) -> "Row":
        self.model.check(self.data.channel_count, self.fit)
        if self.model.samples_prior_only and self.sample.codes != "prior":
            accepted = f"'prior' with family: {self.family}"
            raise ValueError(f"sample.codes: received {self.sample.codes!r}; accepted: {accepted}")
        if self.model.code < self.sample.least_code:
            accepted = f"at least {self.sample.least_code} with sample.codes: {self.sample.codes}"
            raise ValueError(f"model.code: received {self.model.code}; accepted: {accepted}")
        if self.sample.channel_by_channel and not self.model.network.channel_by_channel:
            raise ValueError(
                "sample.shared_channels: received true; accepted: false, or a network with shared_channels: true"
            )
        return self


ROWS = [
    create_model(f"Row of {name}", __base__=Row, family=(Literal[name], ...), model=(family.schema, ...))  # type: ignore[arg-type]
    for name, family in FAMILIES.items()
]
Variant = Annotated[Row, one_of(ROWS, by="family")]
