"""Stage `evaluate KEY`: a variant's arrays -> reports/metrics/KEY.json and KEY.details.json.

The first holds the headline numbers alone, so that `dvc metrics diff` stays short; the second all of them, each with
its 95 % interval. A metric that doesn't apply is absent. reports/metrics.md says what each one means.
"""

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.errors import argument, user_errors
from digitforge.metrics.catalogue import HEADLINES
from digitforge.metrics.intervals import Estimate, plain, restored, significant
from digitforge.protocol.groups import Groups, of_variant
from digitforge.settings.recipe import Recipe

SETTINGS = (
    "seed",
    "data.missing_digit",
    "evaluation.samples",
    "evaluation.tolerance",
    "variant.data",
    "variant.model",
    "variant.sample.threshold",
)


def headlines(groups: Groups) -> Groups:
    """The headline numbers alone, each a plain value; a group without any is left out."""
    short: Groups = {}
    for metric in HEADLINES:
        value = metric.within(groups)
        if value is not None:
            number = significant(value.value) if isinstance(value, Estimate) else plain(value)
            short.setdefault(metric.group, {})[metric.name] = number
    return short


def main(key: str) -> None:
    """Write reports/metrics/KEY.json and KEY.details.json."""
    recipe = Recipe.read("evaluate", key)
    mode = Mode.parse(recipe["variant.data"])
    data = Dataset.read(mode)
    features = files.read_npz(files.FEATURES / f"{mode.values}.npz")
    numbers = restored(files.read_json(files.REFERENCE / f"{mode}.json"))
    real = numbers, files.read_npz(files.REFERENCE / f"{mode}.npz")
    groups = of_variant(data, features, real, files.read_npz(files.SAMPLES / f"{key}.npz"), recipe)
    source = {"source": data.source.label}
    files.write_json(files.METRICS / f"{key}.json", source | headlines(groups))
    files.write_json(files.METRICS / f"{key}.details.json", source | plain(groups))
    shown = [f"{group}.{name} {value}" for group, found in headlines(groups).items() for name, value in found.items()]
    print(f"{key} ({data.source.label}): {', '.join(shown)}")


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
