"""Writes the charts and galleries of the report's first page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from digitforge.data.modes import Mode
from digitforge.data.raw import DIGITS
from digitforge.report.figures import charts
from digitforge.report.figures.curves import trainings
from digitforge.report.figures.gallery import gallery
from digitforge.report.figures.style import save
from digitforge.report.tables import at, mode_name, of_pictures

Named = Mapping[str, Any]
Rows = Sequence[Named]

BEST = 5  # models in a chart with a line each
# `model.pixels` -> what a loss is of: others don't compare
LOSSES = {
    "bernoulli": "cross-entropy",
    "dynamic": "pixels drawn anew",
    "gaussian": "squared error",
    "rectified": "squared error",
}


def complete(rows: Rows) -> Rows:
    """The models of all ten single digits; without any, of single digits; or else all."""
    single = [row for row in rows if not row["data"].color]
    return [row for row in single if row["data"].complete] or single or rows


def coded(rows: Rows) -> Named | None:
    """The variant whose image codecs stand for all."""
    return next(iter(complete([row for row in rows if "compression" in row["details"]])), None)


def best_denoisers(rows: Rows, sigma: str) -> list[Named]:
    """The best variants at one level of noise by PSNR, of those with the data of the best."""
    found = charts.by_psnr(rows, sigma)
    return [row for row in found if row["data"] == found[0]["data"]][:BEST]


def draw(
    rows: Rows,
    left_out: Mapping[str, Named],
    peers: Mapping[str, Named],
    sigma: str,
    missing: str,
    folder: Path,
    names: Sequence[str] = DIGITS,
) -> list[str]:
    """Write every chart that the numbers allow -> their names.

    rows: {"key", "kind", "data", "details"} of each variant; left_out: as for `left_out_digits`; peers: name -> numbers
    of another library's samples; names: of the classes.
    """
    read = {row["key"]: row["details"]["samples"] for row in rows if at("samples/class_shares")(row)}
    denoisers = [row for row in rows if at(f"denoising/levels/{sigma}")(row)]
    compressing = complete([row for row in rows if at("compression/codes")(row)])
    figures = {
        "overview": lambda: charts.overview(rows),
        "samples": lambda: charts.samples(rows, peers),
    }
    if read:
        figures["classes"] = lambda: charts.class_shares(read, names)
    if denoisers:
        levels = {row["key"]: row["details"]["denoising"]["levels"] for row in best_denoisers(denoisers, sigma)}
        figures["denoising"] = lambda: charts.denoised(denoisers, sigma)
        figures["denoising-levels"] = lambda: charts.denoising_curves(levels)
    if compressing:
        figures["compression"] = lambda: charts.compression(compressing, missing)
    if left_out:
        figures["leave-one-out"] = lambda: charts.left_out_digits(left_out, "code_neighbours", names)
    for name, make in figures.items():
        save(make(), folder / f"{name}.png")
    return list(figures)


def galleries(
    rows: Rows, samples: Mapping[str, np.ndarray], real: Mapping[Mode, np.ndarray], folder: Path
) -> dict[str, str]:
    """Write a gallery of each kind of model -> {name of the picture: kind}.

    samples: {variant: [S, H, W, C]}; real: {data mode: as many test images [S, H, W, C]}, shown above.
    """
    written = {}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        group = [row for row in rows if row["kind"] == kind]
        images = {}
        for color in (False, True):
            of_channels = [row for row in group if row["data"].color == color]
            if of_channels:
                of_three = ", in colour" if of_pictures(of_channels[-1]) else ", stacked"
                name = "test images" + (of_three if color else "")
                images[name] = real[of_channels[-1]["data"]]
            images |= {row["key"]: samples[row["key"]] for row in of_channels}
        name = f"gallery-{slug(kind)}"
        save(gallery(images), folder / f"{name}.png")
        written[name] = kind
    return written


def training(rows: Rows, histories: Mapping[str, pd.DataFrame], missing: str, folder: Path) -> dict[str, str]:
    """Write a chart of all trainings of each kind of model -> {name of the picture: kind}. histories: of variants.

    A panel for each data mode and kind of pixels. Within one, penalties, weights of the KL term and bounds of several
    draws still are each model's own.
    """
    written = {}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        panels: dict[str, dict[str, pd.DataFrame]] = {}
        for row in rows:
            if row["kind"] == kind:
                mode = mode_name(row["data"], missing, of_pictures(row)).split(" (")[0]
                title = ": ".join([mode, *filter(None, [LOSSES.get(row["model"].get("pixels"))])])
                panels.setdefault(title, {})[row["key"]] = histories[row["key"]]
        name = f"training-{slug(kind)}"
        save(trainings(panels), folder / f"{name}.png")
        written[name] = kind
    return written


def slug(kind: str) -> str:
    """A kind of model as part of a file's name."""
    return kind.lower().replace(" ", "-")
