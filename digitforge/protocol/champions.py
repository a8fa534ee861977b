"""The best variant of each family, by the rules under `tracking.champion` in params.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.metrics.catalogue import metric
from digitforge.settings.params import Champion


def champions(variants: Mapping[str, Any], rules: Mapping[Any, Champion], root: Path = Path()) -> dict[str, str]:
    """Family -> key of its best variant, of those that were evaluated; families without one are left out.

    variants: rows of params.yaml; rules: `tracking.champion` there, {family: its rule}.
    """
    found = {family: best(variants, family, rule, root) for family, rule in rules.items()}
    return {family: key for family, key in found.items() if key}


def best(variants: Mapping[str, Any], family: str, rule: Champion, root: Path) -> str | None:
    """The variant of a family that is best by one rule, if any has its metric."""
    measure, found = metric(rule.metric), {}
    for key, row in variants.items():
        path = root / files.METRICS / f"{key}.json"
        if (row.family, row.data) == (family, rule.data) and path.exists():
            found[key] = measure.within(files.read_json(path))
    return measure.winner({key: value for key, value in found.items() if value is not None})
