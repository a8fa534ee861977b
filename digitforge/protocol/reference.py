"""What real images alone say, the same for every variant of a data mode: stage `reference` computes it once.

Numbers are laid out as in a variant's metrics, which take them over. Arrays are what one side of a comparison needs.
"""

from typing import Any

import numpy as np

from digitforge.data.noise import add_noise, median
from digitforge.data.subsets import examined, trained_classes
from digitforge.metrics import distances, verifier
from digitforge.metrics.intervals import Estimate
from digitforge.protocol import compression, copies, samples
from digitforge.protocol.reconstruction import likeness

Arrays = dict[str, np.ndarray]


def of_mode(
    data: Arrays,
    features: Arrays,
    kept: np.ndarray,
    count: int,
    noise: list[float],
    needed: verifier.Needed,
    seed: int,
) -> tuple[dict[str, Any], Arrays]:
    """Numbers and arrays of one data mode. data: of stage `stack`, features: of `features`.

    kept: [N] bool, the test images of digits that the model was trained on; count: of a variant's samples, as many as
    there are training images in "real"; needed: beliefs from which on the strict verifier recognises images.
    -> {"real", "needed", "noise", "codecs"}, and the arrays of `of_features`, `subset` [M], positions of test images,
    and those of `copies.near_training` for test images, as held_out_NAME.
    """
    images, subset = data["x_test"], examined(kept)
    real, learnt = samples.real_features(data, features, kept), samples.learnt_features(data, features, count)
    known = of_features(real)
    numbers = {
        "real": {"recognised": recognised(data, features, kept, needed), **samples.spread_of(real, learnt, known)},
        "needed": dict(needed),
        "noise": of_noise(images[subset], noise, seed),
        "codecs": compression.of_codecs(images[compression.chosen(subset)]),
    }
    held_out = copies.near_training(
        {"pixels": images[kept], "features": features["test"][data["digits_test"][kept]]},
        {"pixels": data["x_train"], "features": features["train"][data["digits_train"]]},
    )
    held_out["images"] = np.flatnonzero(kept)[held_out["images"]]
    return numbers, known | {"subset": subset} | {f"held_out_{name}": array for name, array in held_out.items()}


def recognised(data: Arrays, features: Arrays, kept: np.ndarray, needed: verifier.Needed) -> Estimate:
    """Share of the test images `kept` [N] bool that are recognised, about 0.95: the ceiling of every such share."""
    strict = features["strict"][data["digits_test"][kept]]
    return verifier.predictability(strict, needed[str(strict.shape[1])])


def of_features(real: np.ndarray) -> Arrays:
    """What every distance to a set of features [N, D] needs of it alone; `samples.spread_of` says by which name."""
    return distances.gaussians(real)._asdict() | distances.within(real)._asdict()


def of_noise(images: np.ndarray, noise: list[float], seed: int) -> dict[str, Any]:
    """PSNR and SSIM of a median filter and of the noisy images to clean images [M, H, W, C] at each noise level."""
    levels = {}
    for sigma in noise:
        noisy = add_noise(images, sigma, seed)
        levels[str(sigma)] = {"median": likeness(images, median(noisy)), "noisy": likeness(images, noisy)}
    return levels


def of_stacks(stacks: Arrays) -> Arrays:
    """What `stacked.of_variant` needs of a data file of stacks: its test images' digits and labels, trained classes."""
    return {
        "stack_digits": stacks["digits_test"],
        "stack_labels": stacks["y_test"],
        "stack_trained": trained_classes(stacks["y_train"], stacks["digits_test"].shape[1]),
    }
