"""Section `tune`: which settings of a row `digitforge tune` may change, and between which bounds.

No stage's recipe has it, so an edit of it makes nothing run again.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice, product
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from digitforge.schema import Schema
from digitforge.settings.recipe import look_up
from digitforge.settings.variants import Row, Variant
from digitforge.wording import shown

SECTIONS = ("model", "fit", "sample")  # of a row, that can be searched
BUDGET = "fit.steps"  # which is the same for every trial, so it can't be searched
MOST_CORNERS = 256  # that are tried together; each bound is also tried alone
ROW: TypeAdapter[Row] = TypeAdapter(Variant)

Number = int | float


class Range(Schema):
    """What a setting may be: a number from `low` to `high`, with `log` evenly by its logarithm, or one of `choices`.

    `step`: only low, low + step, ...; whole numbers go by 1 without it.
    """

    low: Number | None = None
    high: Number | None = None
    log: bool = False
    step: Annotated[Number, Field(gt=0)] | None = None
    choices: Annotated[list[Any], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def is_one_of_both(self) -> "Range":
        bounds = (self.low, self.high)
        if (self.choices is None) != (None not in bounds) or (self.choices and (self.log or self.step or any(bounds))):
            raise ValueError("received other keys; accepted: low and high, with log or step, or else choices alone")
        if self.low is None or self.high is None:
            return self
        if self.low >= self.high:
            raise ValueError(f"high: received {self.high}; accepted: more than low, which is {self.low}")
        if self.log and (self.low <= 0 or self.step):
            raise ValueError("log: received true; accepted: false where low is not above 0 or where there is a step")
        if self.step and not is_multiple(self.high - self.low, self.step):
            raise ValueError(f"step: received {self.step}; accepted: one that leads from low to high")
        return self

    @property
    def extremes(self) -> list[Any]:
        """The values farthest apart; of choices all."""
        return [self.low, self.high] if self.choices is None else self.choices

    def holds(self, value: Any) -> bool:
        """Whether it has this value."""
        if self.choices is not None:
            return value in self.choices
        if not isinstance(value, int | float) or isinstance(value, bool) or self.low is None or self.high is None:
            return False
        return self.low <= value <= self.high and (not self.step or is_multiple(value - self.low, self.step))


def is_multiple(value: Number, of: Number) -> bool:
    """Whether a number is a multiple of another, but for rounding."""
    return abs(value / of - round(value / of)) < 1e-9


Space = Annotated[dict[str, Range], Field(min_length=1)]  # dotted paths below the row


def with_values(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A row of JSON with other values at dotted paths; it shares nothing that is changed with the first."""
    changed = dict(row)
    for path, value in values.items():
        *parents, name = path.split(".")
        place = changed
        for parent in parents:
            place[parent] = dict(place[parent])
            place = place[parent]
        place[name] = value
    return changed


def check(space: Mapping[str, Range], row: Row) -> None:
    """Raise ValueError, naming the path first, where a space isn't of this row or the row's schema refuses a bound."""
    content = row.model_dump(mode="json")
    for path, found in space.items():
        if path == BUDGET:
            raise ValueError(f"{path}: received a range; accepted: another setting, as every trial has the same budget")
        try:
            value = look_up({name: content[name] for name in SECTIONS}, path)
        except KeyError:
            accepted = f"a path below {', '.join(SECTIONS)} that it has"
            raise ValueError(f"{path}: received a path that the row hasn't; accepted: {accepted}") from None
        if not found.holds(value):
            accepted = f"a range that has the row's own value, {shown(value)}, which is the first trial"
            raise ValueError(f"{path}: received {shown(found.extremes)}; accepted: {accepted}")
    for values in corners(space):
        try:
            ROW.validate_python(with_values(content, values))
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            named = ", ".join(f"{path}: received {shown(value)}" for path, value in values.items())
            raise ValueError(f"{named}; accepted: what the row's schema takes ({reason})") from None


def corners(space: Mapping[str, Range]) -> Iterator[dict[str, Any]]:
    """Every bound by itself, then bounds of all settings together."""
    alone = ({path: value} for path, found in space.items() for value in found.extremes)
    together = product(*(found.extremes for found in space.values()))
    return chain(alone, islice((dict(zip(space, values, strict=True)) for values in together), MOST_CORNERS))
