"""Stage `judge`: how far the strict verifier can be trusted -> reports/metrics/judge.json.

It has what the strict verifier makes of real test digits, how much it and the plain one accept of each kind of
non-digit, whether its control ranks the variants alike, and how distances grow in each one's features.
"""

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.errors import user_errors
from digitforge.protocol import trust
from digitforge.protocol.judge import VALUES
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import VERIFIED

SETTINGS = ("evaluation.tolerance.mono", "verifiers.strict.nondigits", "verifiers.control.nondigits", "variants")
JUDGES = ("strict", "control")


def main() -> None:
    """Write reports/metrics/judge.json."""
    recipe, data = Recipe.read("judge"), Dataset.read(VERIFIED, "y_test")
    judges = {name: files.read_json(files.VERIFIER / name / "judge.json") for name in JUDGES}
    known = {name: recipe[f"verifiers.{name}.nondigits.kinds"] for name in JUDGES}
    needed = {name: judge["thresholds"] for name, judge in judges.items()}
    features = {values: files.read_npz(files.FEATURES / f"{values}.npz", "strict") for values in VALUES}
    nondigits = files.read_npz(files.NONDIGITS)
    variants = {}
    for key, row in recipe["variants"].items():
        found = files.read_npz(files.SAMPLES / f"{key}.npz", "sample_strict", "sample_control")
        of_values = {name: of[Mode.parse(row["data"]).values] for name, of in needed.items()}
        variants[key] = trust.of_variant(found, of_values)
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
    print(f"judge: {content['real']}, control ranks alike: {content['rank_correlation']}")


if __name__ == "__main__":
    with user_errors():
        main()
