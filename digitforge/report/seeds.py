"""Variants that were trained from several seeds: their numbers over all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digitforge import files
from digitforge.metrics.catalogue import HEADLINES
from digitforge.metrics.intervals import plain
from digitforge.metrics.metric import look_up
from digitforge.metrics.over_seeds import over_seeds
from digitforge.report.questions import COMPARISON
from digitforge.report.tables import Column, Described, Table, table
from digitforge.settings.params import ResultParams


def of_row(key: str, params: ResultParams) -> dict[str, Any] | None:
    """A variant's `seeds`, its own first, and its `details` over them; None if it has only its own."""
    again = params.seeds.keys(key)
    if not again:
        return None
    details = [files.read_json(files.METRICS / f"{one}.details.json") for one in (key, *again.values())]
    return {"seeds": [params.seed, *again], "details": plain(combined(details))}


def combined(found: Sequence[Any]) -> Any:
    """What stands at one place of the details of each seed, as one: estimates, and what holds them, over all seeds.

    Words and plain numbers stay where all seeds have the same. None where nothing is left.
    """
    first = found[0]
    if not isinstance(first, Mapping):
        alike = not isinstance(first, list) and all(one == first for one in found)
        return first if alike else None
    if not all(isinstance(one, Mapping) and one.keys() == first.keys() for one in found):
        return None
    if first.keys() == {"value", "ci95"}:
        return over_seeds(np.array([one["value"] for one in found]))
    parts = {name: combined([one[name] for one in found]) for name in first}
    return {name: part for name, part in parts.items() if part is not None}


def averaged(row: Described) -> Described:
    """A variant with its numbers over all its seeds; one that has only its own as it is."""
    return {**row, "details": row["several"]["details"]} if row["several"] else row


def listed(row: Described) -> str:
    """The seeds of a variant that has several: "1, 11, 12"."""
    return ", ".join(map(str, row["several"]["seeds"]))


def compared(rows: Sequence[Described]) -> list[Table]:
    """Each variant of several seeds twice: by its own, with the interval of one, and over all of them."""
    several = [row for row in rows if row["several"]]
    twice = [
        one
        for row in several
        for one in ({**row, "shown": str(row["several"]["seeds"][0])}, {**averaged(row), "shown": listed(row)})
    ]
    return table(twice, [Column("seeds", lambda row: row["shown"], str, left=True), *COMPARISON[1:]])


def headlines(rows: Sequence[Described]) -> dict[str, Any]:
    """The headline numbers of variants of several seeds over them, for `dvc metrics diff`: {variant: {group: ...}}."""
    found: dict[str, Any] = {}
    for row in rows:
        for metric in HEADLINES if row["several"] else ():
            number = look_up(row["several"]["details"], metric.path)
            if isinstance(number, Mapping):
                found.setdefault(row["key"], {}).setdefault(metric.group, {})[metric.name] = number
    return found
