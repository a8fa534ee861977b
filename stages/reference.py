"""Stage `reference`: what real images score by themselves, once for all variants of a data mode.

Writes artifacts/reference/MODE.json and MODE.npz, numbers and arrays of `protocol.reference`, for each data mode that a
variant has. Grey modes that lack no digit also have `reference.of_stacks`, of stacks of the same
values. Sources of colour pictures have no stacks.
"""

from dataclasses import replace

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.errors import user_errors
from digitforge.metrics.intervals import stored
from digitforge.protocol import reference
from digitforge.settings.recipe import Recipe

SETTINGS = ("seed", "data.missing_digit", "evaluation.noise", "evaluation.samples", "variants.*.data")


def main() -> None:
    """Write artifacts/reference."""
    recipe = Recipe.read("reference")
    thresholds = files.read_json(files.VERIFIER / "strict" / "judge.json")["thresholds"]
    for mode in map(Mode.parse, recipe["variants.data"]):
        data = Dataset.read(mode)
        features = files.read_npz(files.FEATURES / f"{mode.values}.npz")
        kept, count = data.known(recipe["data.missing_digit"]), recipe[f"evaluation.samples.{mode.channels}"]
        noise, needed, seed = recipe["evaluation.noise"], thresholds[mode.values], recipe["seed"]
        numbers, arrays = reference.of_mode(data.arrays, features, kept, count, noise, needed, seed)
        if data.can_be_stacked:
            stacks = Dataset.read(replace(mode, channels="color"), "y_train", "y_test", "digits_test")
            arrays |= reference.of_stacks(stacks.arrays)
        files.write_json(files.REFERENCE / f"{mode}.json", stored(numbers))
        files.write_npz(files.REFERENCE / f"{mode}.npz", **arrays)
        print(f"reference: {mode}", flush=True)


if __name__ == "__main__":
    with user_errors():
        main()
