"""Several seeds: rows that are trained, sampled and measured again, each time from another seed than `seed`.

A row from another seed is known as ROW-SEED, `vae_dense-11` say, wherever a row is known by its key: it has recipes,
artifacts, metrics and a run in MLflow of that name.
"""

from typing import Annotated

from pydantic import Field, model_validator

from digitforge.schema import Schema
from digitforge.wording import shown

AGAIN = "_again"  # ends the name of a stage of dvc.yaml that runs stages/NAME.py for rows from other seeds
MOST_SEEDS = 20
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class Seeds(Schema):
    """The rows that are trained from each of `values` too; [] of either switches it off."""

    rows: list[str]
    values: Annotated[list[Seed], Field(max_length=MOST_SEEDS)]

    @model_validator(mode="after")
    def all_differ(self) -> "Seeds":
        for name, found, one in (("rows", self.rows, "row"), ("values", self.values, "seed")):
            if len(set(found)) < len(found):
                raise ValueError(f"{name}: received {shown(found)}; accepted: each {one} at most once")
        return self

    def keys(self, row: str) -> dict[int, str]:
        """{seed: ROW-SEED} of a row; nothing of one that isn't named."""
        return {seed: f"{row}-{seed}" for seed in self.values} if row in self.rows else {}

    @property
    def all_keys(self) -> list[str]:
        """ROW-SEED of every row and every seed."""
        return [key for row in self.rows for key in self.keys(row).values()]


def kind(name: str) -> str:
    """The file in stages/ that a stage of dvc.yaml runs: "train_again@vae_dense-11" -> "train"."""
    return name.partition("@")[0].removesuffix(AGAIN)


def row_of(key: str) -> str:
    """The row that a key is of, which may be ROW-SEED: no key of a row has a hyphen."""
    return key.partition("-")[0]
