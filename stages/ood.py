"""Stage `ood`: out-of-distribution sets, to be told from test images by their anomaly scores.

Writes artifacts/ood.npz: NAME [1000, H, W] uint8, or [1000, H, W, 3] where the source is colour pictures, for
each of `evaluation.ood` that can be had. Those made from test images always can; another data set, only where some
place has it.
"""

import numpy as np

from digitforge import files
from digitforge.data.obtaining import fetch_test_images
from digitforge.data.outliers import MAKERS
from digitforge.data.raw import SourceFacts, read_images
from digitforge.data.subsets import spread
from digitforge.errors import user_errors
from digitforge.settings.recipe import Recipe

SETTINGS = ("seed", "data.offline", "data.mirrors", "evaluation.ood")
SIZE = 1_000


def main() -> None:
    """Write artifacts/ood.npz."""
    recipe = Recipe.read("ood")
    source, test = SourceFacts.read(), read_images("test")
    sets: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(recipe["seed"])
    for name in recipe["evaluation.ood"]:
        if name in MAKERS:
            sets[name] = MAKERS[name](test[spread(len(test), SIZE)], rng)
        elif name != source.name:
            images = fetch_test_images(name, recipe["data.mirrors"], recipe["data.offline"])
            if images is not None:
                chosen = images[spread(len(images), SIZE)]
                sets[name] = np.repeat(chosen[..., None], 3, axis=3) if source.pictures else chosen
    files.write_npz(files.OOD, **sets)
    print(f"ood: {', '.join(sets) or 'none'}")


if __name__ == "__main__":
    with user_errors():
        main()
