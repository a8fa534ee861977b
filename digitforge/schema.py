"""The base of every schema of settings, and unions of schemas made from a table."""

from collections.abc import Iterable
from typing import Annotated, Any, Union, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


class Schema(BaseModel):
    """A mapping of settings. Unknown keys and loose types are errors, so that a typo can't pass as a setting."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class one_of:
    """One of the schemas of a table, chosen by its field `name` or another: `Annotated[Schema, one_of(TABLE)]`."""

    def __init__(self, table: Iterable[type[Schema]], by: str = "name") -> None:
        self.schemas = tuple(table)
        self.by = by

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The union, discriminated by the field; pydantic asks for it."""
        if len(self.schemas) == 1:
            return handler.generate_schema(self.schemas[0])
        return handler.generate_schema(Annotated[Union[self.schemas], Field(discriminator=self.by)])  # noqa: UP007


def tag(schema: type[Schema], field: str = "name") -> str:
    """The value of `field` that chooses `schema` in a union: that of its `Literal`."""
    return get_args(schema.model_fields[field].annotation)[0]
