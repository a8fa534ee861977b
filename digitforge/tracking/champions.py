"""The best variant of each family, by the rules under `tracking.champion` in params.yaml."""

from pathlib import Path

from digitforge import files
from digitforge.metrics.catalogue import metric
from digitforge.settings.params import Champion, Params


def champions(params: Params, root: Path = Path()) -> dict[str, str]:
    """Family -> key of its best variant, of those that were evaluated; families without one are left out."""
    found = {family: best(params, family, rule, root) for family, rule in params.tracking.champion.items()}
    return {family: key for family, key in found.items() if key}


def best(params: Params, family: str, rule: Champion, root: Path) -> str | None:
    """The variant of a family that is best by one rule, if any has its metric."""
    ruling = metric(rule.metric)
    found = {}
    for key, row in params.variants.items():
        path = root / files.METRICS / f"{key}.json"
        if (row.family, row.data) == (family, rule.data) and path.exists():
            found[key] = ruling.within(files.read_json(path))
    return ruling.winner({key: value for key, value in found.items() if value is not None})
