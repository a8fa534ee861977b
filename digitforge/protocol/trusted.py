"""reports/metrics/judge.json: how far the strict verifier can be trusted."""

from collections.abc import Sequence
from typing import Any

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.protocol import trust
from digitforge.protocol.judge import VALUES
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import VERIFIED

JUDGES = ("strict", "control")


def write(recipe: Recipe, keys: Sequence[str]) -> dict[str, Any]:
    """Write the file, by the recipe of stage `judge`, about samples of these variants -> its content."""
    data = Dataset.read(VERIFIED, "y_test")
    judges = {name: files.read_json(files.VERIFIER / name / "judge.json") for name in JUDGES}
    known = {name: recipe[f"verifiers.{name}.nondigits.kinds"] for name in JUDGES}
    needed = {name: judge["thresholds"] for name, judge in judges.items()}
    features = {values: files.read_npz(files.FEATURES / f"{values}.npz", "strict") for values in VALUES}
    nondigits = files.read_npz(files.NONDIGITS)
    variants = {}
    for key in keys:
        found = files.read_npz(files.SAMPLES / f"{key}.npz", "sample_strict", "sample_control")
        values = Mode.parse(recipe[f"variants.{key}.data"]).values
        variants[key] = trust.of_variant(found, {name: of[values] for name, of in needed.items()})
    content = {
        "source": data.source.label,
        "classes": judges["strict"]["classes"],
        "answers": judges["strict"]["answers"],
        "real": trust.of_real(features, data["y_test"], needed["strict"]),
        "kinds": trust.of_kinds(nondigits, features, known, needed, recipe["evaluation.tolerance.mono"]),
        "rank_correlation": trust.ranked_alike(list(variants.values())),
        "variants": variants,
        "features": files.read_json(trust.DISTURBED),
    }
    files.write_json(files.METRICS / "judge.json", content)
    return content
