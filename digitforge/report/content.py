"""What the pages are about, read from the files of the other stages."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from digitforge import files
from digitforge.protocol.anomaly import SCORES
from digitforge.protocol.reconstruction import HEADLINE_NOISE
from digitforge.report.cards import describe
from digitforge.settings.params import Params, Variant

TITLES = {
    "mnist": "MNIST digits",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "Kuzushiji-MNIST",
    "digits": "scikit-learn's 8x8 digits, enlarged",
}
# Arrays of `models.exploring`.
EXPLORED = (
    "plane",
    "plane_axes",
    "plane_points",
    "plane_images",
    "traversals",
    "traversal_coordinates",
    "traversal_values",
    "interpolations",
    "interpolation_images",
    "by_class",
)
# Arrays of stage `sample` that pages show, or that say which images are; the others are larger.
SCORED = {array for _, arrays in SCORES.values() for array in arrays}
ARRAYS = ("samples", "baselines", "reconstructions", "denoised", "subset", *SCORED, *EXPLORED)


def noise_level(params: Params) -> float:
    """Deviation of the noise in the denoising table and pictures."""
    noise = params.evaluation.noise
    return HEADLINE_NOISE if HEADLINE_NOISE in noise else noise[0]


def strangers(params: Params) -> list[Path]:
    """Leftovers of what is no longer in params.yaml: they count as dependencies of stage `report`."""
    known = {*params.variants, "verifier", "peers", "leave_one_out", *map(str, params.leave_one_out.digits)}
    study = files.METRICS / "leave_one_out"
    folders = (files.METRICS, files.MODELS, files.SAMPLES, *([study] if study.exists() else []))
    return [path for folder in folders for path in folder.iterdir() if path.name.split(".")[0] not in known]


def left_out(params: Params) -> dict[str, Any]:
    """Digit -> its scores' metrics, of the leave-one-out study; without digits that the data doesn't have."""
    paths = {str(digit): files.METRICS / "leave_one_out" / f"{digit}.json" for digit in params.leave_one_out.digits}
    found = {digit: files.read_json(path)["scores"] for digit, path in paths.items()}
    return {digit: scores for digit, scores in found.items() if scores}


def peers() -> dict[str, Any]:
    """Name -> numbers of another library's samples under the same verifier; none without reports/metrics/peers.json.

    Those of another data set are left out: another verifier read them, in other digits.
    """
    path = files.METRICS / "peers.json"
    found, source = files.read_json(path) if path.exists() else {}, files.source_name()
    return {name: numbers for name, numbers in found.items() if numbers.get("source") == source}


def arrays(key: str) -> dict[str, np.ndarray]:
    """The arrays of a variant that pages show, of those that it has."""
    path = files.SAMPLES / f"{key}.npz"
    with np.load(path, allow_pickle=False) as archive:
        there = [name for name in ARRAYS if name in archive.files]
    return files.read_npz(path, *there)


def of_variant(key: str, row: Variant, history: pd.DataFrame) -> dict[str, Any]:
    """What the pages say of a variant, of `cards.describe`."""
    config = files.read_json(files.MODELS / key / "config.json")
    details = files.read_json(files.METRICS / f"{key}.details.json")
    return describe(key, row, config, int(history["step"].iloc[-1]), details, length_of_codes(key))


def length_of_codes(key: str) -> int | None:
    """How many numbers a variant's codes have; None if it doesn't encode."""
    with np.load(files.SAMPLES / f"{key}.npz", allow_pickle=False) as archive:
        return archive["codes"].shape[1] if "codes" in archive.files else None


def of_all(params: Params) -> dict[str, Any]:
    """What the pages say of data and verifier."""
    source = files.read_json(files.RAW / "source.json")
    labels = files.read_npz(files.DATA / "mono-float-complete.npz", "y_train", "y_test")
    digits = files.read_npz(files.DATA / "color-float-complete.npz", "digits_test")["digits_test"]
    return {
        "source": TITLES.get(source["source"], source["source"]),
        "classes": source.get("classes", []),
        "in_colour": digits.shape[1] == 1,  # an image of three channels is one picture, and no stack of three digits
        "stand_in_for": TITLES.get(source["stand_in_for"]),
        "verifier": files.read_json(files.METRICS / "verifier.json"),
        "counts": {"train": len(labels["y_train"]), "test": len(labels["y_test"])},
        "params": params,
        "sigma": str(noise_level(params)),
        "peers": peers(),
        "left_out": left_out(params),
    }
