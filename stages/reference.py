"""Stage `reference`: what real images score by themselves, once for all variants of a data mode.

Writes artifacts/reference/MODE.json and MODE.npz, numbers and arrays of `protocol.reference`, for each data mode that a
variant has. Grey modes that lack no digit also have `reference.of_stacks` of the stacks of the same values, unless the
source is colour pictures, which are not stacked.
"""

from digitforge import files
from digitforge.data.subsets import known
from digitforge.errors import user_errors
from digitforge.metrics.intervals import stored
from digitforge.protocol import reference
from digitforge.settings.params import load_params

SETTINGS = ("seed", "data.missing_digit", "evaluation.noise", "evaluation.samples", "variants.*.data")


def main() -> None:
    """Write artifacts/reference."""
    params = load_params()
    settings, missing_digit = params.evaluation, params.data.missing_digit
    for mode in files.read_json(files.MODES_IN_USE)["modes"]:
        channels, values, digits = mode.split("-")
        data = files.read_npz(files.DATA / f"{mode}.npz")
        features = files.read_npz(files.FEATURES / f"{values}.npz")
        kept = known(data, mode, missing_digit)
        count = settings.samples.of(mode)
        numbers, arrays = reference.of_mode(data, features, kept, count, settings.noise, params.seed)
        if (channels, digits) == ("mono", "complete"):
            stacks = files.read_npz(files.DATA / f"color-{values}-complete.npz", "y_train", "y_test", "digits_test")
            arrays |= reference.of_stacks(stacks) if stacks["digits_test"].shape[1] > 1 else {}
        files.write_json(files.REFERENCE / f"{mode}.json", stored(numbers))
        files.write_npz(files.REFERENCE / f"{mode}.npz", **arrays)
        print(f"reference: {mode}", flush=True)


if __name__ == "__main__":
    with user_errors():
        main()
