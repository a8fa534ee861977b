"""Stage `stack MODE`: one data mode from the IDX files, as npz.

Writes artifacts/data/MODE.npz, of `digitforge.data.dataset`. `missing` leaves a digit out of the training split alone.
"""

from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SPLITS, SourceFacts, read_images, read_labels
from digitforge.data.stacked import make_split
from digitforge.errors import argument, user_errors
from digitforge.settings.recipe import Recipe

SETTINGS = ("seed", "data.missing_digit", "data.stacks_per_digit")


def main(name: str) -> None:
    """Write artifacts/data/MODE.npz."""
    mode, recipe, source = Mode.parse(name), Recipe.read("stack", name), SourceFacts.read()
    arrays = {}
    for index, split in enumerate(SPLITS):
        images, labels = read_images(split), read_labels(split)
        arrays[f"x_{split}"], arrays[f"y_{split}"], arrays[f"digits_{split}"] = make_split(
            images,
            labels,
            mode,
            pictures=source.pictures,
            leave_out=None if mode.complete or split == "test" else recipe["data.missing_digit"],
            stacks=round(recipe["data.stacks_per_digit"] * len(images)),
            seed=[recipe["seed"], index],
        )
    Dataset(mode, source, arrays).write()
    print(f"{mode}: {len(arrays['x_train'])} training and {len(arrays['x_test'])} test images")


if __name__ == "__main__":
    with user_errors():
        main(argument("a data mode"))
