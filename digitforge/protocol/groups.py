"""Every group of metrics that applies to a variant."""

from typing import Any

import numpy as np

from digitforge.data.dataset import Dataset
from digitforge.protocol import anomaly, compression, likelihood, reconstruction, samples, stacked
from digitforge.settings.params import Params, Variant

Arrays = dict[str, np.ndarray]
Groups = dict[str, dict[str, Any]]


def of_variant(
    data: Dataset, features: Arrays, real: tuple[dict[str, Any], Arrays], found: Arrays, key: str, params: Params
) -> Groups:
    """Every group of metrics that applies to a variant, as Estimates and plain values.

    features: of stage `features`, real: of `reference`, found: of `sample`.
    """
    variant, settings = params.variant(key), params.evaluation
    tolerance = settings.tolerance.of(variant.data)
    images, kept, (numbers, arrays) = data.arrays, data.known(params.data.missing_digit), real
    groups: Groups = {}
    if "reconstructions" in found:
        groups["reconstruction"] = reconstruction.of_variant(images, found, kept, tolerance)
    groups["samples"] = samples.of_variant(images, features, arrays, found, kept, tolerance) | {
        "real": numbers["real"],
        "copies": samples.of_copies(images, features, arrays, found, variant.sample.threshold),
    }
    if "cross_entropy_nats" in found:
        groups["anomaly"] = anomaly.of_scores(found, kept, params.data.missing_digit)
    groups |= of_subset(data["x_test"], real, found)
    if "log_p" in found:
        groups["likelihood"] = likelihood.of_variant(
            found, kept, data["x_test"][0].size, nats_of(variant), getattr(variant.model, "classes", 0)
        )
    if data.can_be_stacked:
        count, needed = settings.samples.color, settings.tolerance.color
        groups["stacked"] = stacked.of_variant(found, arrays, count, needed, params.seed)
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


def nats_of(variant: Variant) -> str:
    """What likelihoods are of: a density of pixels, or thresholded, grey, or binary ones drawn from grey ones.

    `model.pixels` is no parameter of stage `evaluate`: the samples, which it depends on, change with it.
    """
    pixels = getattr(variant.model, "pixels", None)
    if pixels == "gaussian":
        return "density"
    if variant.data.binary:
        return "threshold"
    return "dynamic" if pixels == "dynamic" else "grey"
