"""What `dvc plots show` and `dvc plots diff` draw: tables and sample grids in artifacts/plots.

curves.csv: the held-out loss of every variant over its training; samples.csv: recognised samples against coverage;
roc.csv: how well each variant finds the digit that it never saw; rate_distortion.csv: bytes an image against PSNR, of
codes and image codecs; grids/KEY.png. The charts' looks are in .dvc/plots.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_curve

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.pixels import crisp
from digitforge.metrics.catalogue import metric
from digitforge.protocol.anomaly import SCORED, leading_score
from digitforge.report.figures.images import image_grid
from digitforge.report.figures.style import save
from digitforge.report.sizes import PLOTTED, ROW
from digitforge.settings.families import FAMILIES
from digitforge.settings.variants import Row

PLOTS = Path("artifacts/plots")
POINTS = 100  # of a ROC curve
EXACT = 100  # dB, of a copy
# table -> its columns after `variant` and `group`, by which charts are split
TABLES = {
    "curves": ["step", "loss"],
    "samples": ["kind", "recognised", "coverage"],
    "roc": ["false_positive_rate", "true_positive_rate"],
    "rate_distortion": ["bytes", "psnr_db"],
}
RECOGNISED, COVERAGE = metric("samples.recognised"), metric("samples.coverage_prdc")
BYTES, PSNR = metric("compression.codes.8.entropy_bytes"), metric("reconstruction.psnr_db")
AUROC = metric("anomaly.auroc")

Rows = list[dict[str, Any]]


def curves(key: str) -> Rows:
    """The held-out loss over a training, from its second tenth on: the fall before would flatten the rest."""
    history = pd.read_csv(files.MODELS / key / "history.csv")
    history = history[history["step"] > history["step"].max() / 10]
    pairs = zip(history["step"].tolist(), history["val_loss"].tolist(), strict=True)
    return [{"step": step, "loss": loss} for step, loss in pairs]


def roc(scores: np.ndarray, strange: np.ndarray) -> Rows:
    """True against false positive rate of a score [N] that should be high where `strange` [N] is true."""
    false, true, _ = roc_curve(strange, scores)
    rates = np.linspace(0, 1, POINTS)
    hits = np.interp(rates, false, true)
    return [
        {"false_positive_rate": round(rate, 4), "true_positive_rate": round(hit, 4)}
        for rate, hit in zip(rates.tolist(), hits.tolist(), strict=True)
    ]


def rate_distortion(compression: dict[str, Any]) -> Rows:
    """Bytes and PSNR of a variant's codes at each number of bits, and of the codecs that lose something."""
    codes = [{"bytes": found[BYTES.name], "psnr_db": found[PSNR.name]} for found in compression["codes"].values()]
    lossy = [found for found in compression["codecs"] if found[PSNR.name]["value"] < EXACT]
    codecs = [{"variant": found["codec"], "bytes": found["bytes"], "psnr_db": found[PSNR.name]} for found in lossy]
    return [{**row, "bytes": row["bytes"]["value"], "psnr_db": row["psnr_db"]["value"]} for row in codes + codecs]


def of_variant(key: str, row: Row, missing_digit: int) -> dict[str, Rows]:
    """A variant's rows of each table; draws its grid."""
    details = files.read_json(files.METRICS / f"{key}.details.json")
    with np.load(files.SAMPLES / f"{key}.npz", allow_pickle=False) as found:
        save(image_grid(crisp(found["samples"][:PLOTTED], row.sample.threshold), ROW), PLOTS / "grids" / f"{key}.png")
        scores = {name: found[name] for name in SCORED if name in found.files}
    kind = FAMILIES[row.family].kind
    read = {"recognised": RECOGNISED.within(details)["value"], "coverage": COVERAGE.within(details)["value"]}
    tables: dict[str, Rows] = {
        "curves": [{"group": f"{kind}, {row.data}", **point} for point in curves(key)],
        "samples": [{"kind": kind, **read}],
    }
    if AUROC.within(details):
        known = Dataset.read(row.data, "y_test").known(missing_digit)
        tables["roc"] = roc(leading_score(scores)[1], ~known)
    if "codes" in details.get("compression", {}):
        tables["rate_distortion"] = rate_distortion(details["compression"])
    return {
        name: [{"variant": key, "group": str(row.data), **found} for found in rows] for name, rows in tables.items()
    }
