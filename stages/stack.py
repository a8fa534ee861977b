"""Stage `stack MODE`: one data mode from the IDX files, as npz.

Arrays: x_train, x_test [N, 28, 28, C] uint8 in 0..255 (binary modes hold 0 and 255 only), y_train, y_test [N]
int32, digits_train, digits_test [N, C] int32: the position of each channel's digit in its IDX file; [N, 1] where
images are not stacked. `missing` leaves a digit out of the training split alone.
"""

from digitforge import files
from digitforge.data.idx import parse_idx
from digitforge.data.sources import FILES
from digitforge.data.stacked import MODES, make_split
from digitforge.errors import UserError, argument, user_errors
from digitforge.settings.params import load_params

SETTINGS = ("seed", "data.missing_digit", "data.stacks_per_digit")


def main(mode: str) -> None:
    """Write artifacts/data/MODE.npz."""
    params = load_params()
    if mode not in MODES:
        raise UserError(f"stack: no data mode {mode!r}; there are {', '.join(MODES)}")
    arrays = {}
    raw = {name: parse_idx((files.RAW / name).read_bytes(), name) for name in FILES}
    for index, (split, prefix) in enumerate((("train", "train"), ("test", "t10k"))):
        images, labels = raw[f"{prefix}-images-idx3-ubyte"], raw[f"{prefix}-labels-idx1-ubyte"]
        missing = "missing" in mode and split == "train"
        arrays[f"x_{split}"], arrays[f"y_{split}"], arrays[f"digits_{split}"] = make_split(
            images,
            labels,
            mode,
            leave_out=params.data.missing_digit if missing else None,
            stacks=round(params.data.stacks_per_digit * len(images)),
            seed=[params.seed, index],
        )
    files.write_npz(files.DATA / f"{mode}.npz", **arrays)
    print(f"{mode}: {len(arrays['x_train'])} training and {len(arrays['x_test'])} test images")


if __name__ == "__main__":
    with user_errors():
        main(argument("a data mode"))
