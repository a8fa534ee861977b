"""Stage `nondigits`: what the verifiers read in images that are no digits, and in real ones disturbed more and more.

Writes artifacts/nondigits.npz: KIND, the first 24 images [24, H, W, 1] of each kind that can be made of the source, and
KIND_VALUES_VERIFIER [N], every verifier's belief in each of `evaluation.nondigits` of them or as many as there are test
images, grey (`float`) and thresholded (`binary`); disturbed_DISTURBANCE_LEVEL_VERIFIER [M, F], features of up to 1,000
test images by the plain and by the strict one.
"""

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.nondigits.disturbances import DISTURBANCES, LEVELS
from digitforge.data.nondigits.exposure import refusable
from digitforge.data.nondigits.kinds import KINDS, make
from digitforge.data.subsets import EXAMINED, spread
from digitforge.errors import user_errors
from digitforge.metrics.verifier import beliefs_and_classes
from digitforge.models.verifiers import Verifiers
from digitforge.protocol.judge import FEATURES, SHOWN, VALUES
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import VERIFIED

SETTINGS = ("seed", "evaluation.nondigits")


def main() -> None:
    """Write artifacts/nondigits.npz."""
    recipe, data = Recipe.read("nondigits"), Dataset.read(VERIFIED, "x_test", "y_test", "y_train")
    seed, count = recipe["seed"], min(recipe["evaluation.nondigits"], len(data["x_test"]))
    images, labels, networks = data["x_test"][..., 0], data["y_test"], Verifiers().networks
    found: dict[str, np.ndarray] = {}
    for name in refusable(list(KINDS), data.source, len(data["y_train"])):
        strange = make(name, images, labels, count, np.random.default_rng(seed))[..., None]
        found[name] = strange[:SHOWN]
        for values, prepare in VALUES.items():
            for verifier, network in networks.items():
                beliefs, _ = beliefs_and_classes(network.read(prepare(strange))[0])
                found[f"{name}_{values}_{verifier}"] = beliefs
    chosen = spread(len(images), min(EXAMINED, count))
    digits, labels = images[chosen].astype(np.float32) / 255, labels[chosen]
    for name, disturb in DISTURBANCES.items():
        for level in LEVELS:
            disturbed = disturb(digits, labels, np.random.default_rng(seed), level)
            for verifier in FEATURES:
                seen = networks[verifier].read(np.round(255 * disturbed).astype(np.uint8)[..., None])
                found[f"disturbed_{name}_{level}_{verifier}"] = seen[1][:, 0]
    files.write_npz(files.NONDIGITS, **found)
    print(f"nondigits: {len(KINDS)} kinds, {len(DISTURBANCES)} disturbances")


if __name__ == "__main__":
    with user_errors():
        main()
