"""The content of the pages, read from the files of other stages."""

from typing import Any

import numpy as np
import pandas as pd

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.data.record import Record
from digitforge.data.sources import title
from digitforge.protocol.anomaly import SCORED
from digitforge.protocol.reconstruction import USUAL_NOISE
from digitforge.report import seeds
from digitforge.report.cards import describe
from digitforge.report.tables import name_of
from digitforge.settings.judges import NAMES
from digitforge.settings.params import ResultParams
from digitforge.settings.trainings import VERIFIED

JUDGE = files.VERIFIER / "strict" / "judge.json"
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
# Arrays of stage `sample` that pages need, to show them or to know which images they show; others are larger.
ARRAYS = ("samples", "sample_strict", "baselines", "reconstructions", "denoised", "subset", *SCORED, *EXPLORED)


def noise_level(params: ResultParams) -> float:
    """Deviation of the noise in the denoising table and pictures."""
    noise = params.evaluation.noise
    return USUAL_NOISE if USUAL_NOISE in noise else noise[0]


def left_out(params: ResultParams) -> dict[str, Any]:
    """The leave-one-out study: {digit: metrics of each score}, without digits that the data lacks."""
    paths = {str(digit): files.METRICS / "leave_one_out" / f"{digit}.json" for digit in params.leave_one_out.digits}
    found = {digit: files.read_json(path)["scores"] for digit, path in paths.items()}
    return {digit: scores for digit, scores in found.items() if scores}


def peers() -> dict[str, Any]:
    """Name -> numbers of another library's samples; none without reports/metrics/peers.json.

    Numbers by other verifiers than the present ones are left out: they don't compare.
    """
    path = files.METRICS / "peers.json"
    found, judge = files.read_json(path) if path.exists() else {}, files.sha256(JUDGE)
    return {name: numbers for name, numbers in found.items() if numbers.get("judge") == judge}


def arrays(key: str) -> dict[str, np.ndarray]:
    """Those of ARRAYS that a variant has."""
    path = files.SAMPLES / f"{key}.npz"
    with np.load(path, allow_pickle=False) as archive:
        there = [name for name in ARRAYS if name in archive.files]
    return files.read_npz(path, *there)


def of_variant(key: str, params: ResultParams, history: pd.DataFrame) -> dict[str, Any]:
    """What the pages say of a variant, of `cards.describe`."""
    config = files.read_json(files.MODELS / key / "config.json")
    details = files.read_json(files.METRICS / f"{key}.details.json")
    pictures = SourceFacts.read().pictures
    row, steps, several = params.variants[key], int(history["step"].iloc[-1]), seeds.of_row(key, params)
    return describe(key, row, config, steps, details, length_of_codes(key), pictures, several)


def length_of_codes(key: str) -> int | None:
    """How many numbers a variant's codes have; None if it doesn't encode."""
    with np.load(files.SAMPLES / f"{key}.npz", allow_pickle=False) as archive:
        return archive["codes"].shape[1] if "codes" in archive.files else None


def threshold(data: Mode, channels: int) -> float:
    """The belief from which on the strict verifier recognises an image, by how many channels it reads."""
    found = files.read_json(JUDGE)
    return found["thresholds"][data.values][str(channels)]


def of_all(params: ResultParams) -> dict[str, Any]:
    """What the pages say of data and verifiers."""
    data = Dataset.read(VERIFIED, "y_train", "y_test")
    source = data.source
    return {
        "source": title(source.name),
        "classes": source.classes,
        "names": source.names,
        "missing": name_of(params.data.missing_digit, source.names),
        "in_colour": source.pictures,
        "record": Record.read(),
        "stand_in_for": title(source.stand_in_for) if source.stand_in_for else None,
        "verifiers": {name: files.read_json(files.METRICS / "verifier" / f"{name}.json") for name in NAMES},
        "judge": files.read_json(files.METRICS / "judge.json"),
        "counts": {"train": len(data["y_train"]), "test": len(data["y_test"])},
        "params": params,
        "sigma": str(noise_level(params)),
        "peers": peers(),
        "left_out": left_out(params),
    }
