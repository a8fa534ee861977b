"""The eight data modes: `mono|color` x `binary|float` x `complete|missing`."""

from dataclasses import dataclass
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, GetCoreSchemaHandler, PlainSerializer

from digitforge.errors import UserError

CHANNELS = {"mono": 1, "color": 3}
VALUES = ("binary", "float")
DIGITS = ("complete", "missing")


@dataclass(frozen=True, order=True)
class Mode:
    """What a data set's images are: how many channels, which pixel values, which digits are trained on.

    `str(mode)` is its name in params.yaml and in file names: "mono-float-complete".
    """

    channels: str
    values: str
    digits: str

    @classmethod
    def parse(cls, name: str) -> "Mode":
        """The mode of this name; raises UserError for another, listing those that exist."""
        if name not in BY_NAME:
            raise UserError(f"data mode: received {name!r}; accepted: {', '.join(BY_NAME)}")
        return BY_NAME[name]

    def __str__(self) -> str:
        return f"{self.channels}-{self.values}-{self.digits}"

    @property
    def channel_count(self) -> int:
        """Number of image channels, 1 or 3."""
        return CHANNELS[self.channels]

    @property
    def color(self) -> bool:
        """Whether images have three channels: stacks of three digits, or pictures in colour."""
        return self.channels == "color"

    @property
    def binary(self) -> bool:
        """Whether pixels are thresholded at one half."""
        return self.values == "binary"

    @property
    def complete(self) -> bool:
        """Whether training images show every digit; otherwise `data.missing_digit` is left out."""
        return self.digits == "complete"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """As a field of a schema, a mode is read from its name, and written as it."""
        name = Literal[tuple(BY_NAME)]  # type: ignore[valid-type]
        return handler.generate_schema(Annotated[name, AfterValidator(cls.parse), PlainSerializer(str)])


MODES = tuple(Mode(*parts) for parts in product(CHANNELS, VALUES, DIGITS))
BY_NAME = {str(mode): mode for mode in MODES}
