"""Every group of metrics that applies to a variant."""

from typing import Any

import numpy as np

from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.protocol import anomaly, compression, likelihood, reconstruction, samples, stacked
from digitforge.settings.recipe import Recipe

Arrays = dict[str, np.ndarray]
Groups = dict[str, dict[str, Any]]


def of_variant(
    data: Dataset, features: Arrays, real: tuple[dict[str, Any], Arrays], found: Arrays, recipe: Recipe
) -> Groups:
    """Every group of metrics that applies to a variant, as Estimates and plain values.

    features: of stage `features`, real: of `reference`, found: of `sample`; recipe: of `evaluate`.
    """
    model, tolerance, missing = (
        recipe[path] for path in ("variant.model", "evaluation.tolerance", "data.missing_digit")
    )
    images, kept, (numbers, arrays), tolerated = data.arrays, data.known(missing), real, tolerance[data.mode.channels]
    needed = numbers["needed"]
    groups: Groups = {}
    if "reconstructions" in found:
        groups["reconstruction"] = reconstruction.of_variant(images, found, kept, tolerated, needed)
    groups["samples"] = samples.of_variant(images, features, arrays, found, kept, tolerated, needed) | {
        "real": numbers["real"],
        "copies": samples.of_copies(images, features, arrays, found, recipe["variant.sample.threshold"]),
    }
    if "cross_entropy_nats" in found:
        groups["anomaly"] = anomaly.of_scores(found, kept, missing)
    groups |= of_subset(data["x_test"], real, found)
    if "log_p" in found:
        kind, labels = nats_of(data.mode, model["pixels"]), found["codes"].shape[1] - model["code"]
        groups["likelihood"] = likelihood.of_variant(found, kept, data["x_test"][0].size, kind, labels)
    if data.can_be_stacked:
        count = recipe["evaluation.samples.color"]
        groups["stacked"] = stacked.of_variant(found, arrays, count, tolerance["color"], needed, recipe["seed"])
    return groups


def of_subset(images: np.ndarray, real: tuple[dict[str, Any], Arrays], found: Arrays) -> Groups:
    """Groups that are of a part of the test images [N, H, W, C], and that stand beside what real images score."""
    numbers, arrays = real
    if not np.array_equal(found["subset"], arrays["subset"]):
        raise ValueError("stages `sample` and `reference` chose other subsets of the test images")
    groups: Groups = {}
    if "denoised" in found:
        groups["denoising"] = reconstruction.of_denoised(images[found["subset"]], found["denoised"], numbers["noise"])
    if "compressed_8" in found:
        groups["compression"] = compression.of_variant(images, found, numbers["codecs"])
    return groups


def nats_of(mode: Mode, pixels: str) -> str:
    """What likelihoods are of: a density of pixels, or thresholded, grey, or binary ones drawn from grey ones."""
    if pixels == "gaussian":
        return "density"
    if mode.binary:
        return "threshold"
    return "dynamic" if pixels == "dynamic" else "grey"
