"""Writes all pages: reports/index.md, index.html, metrics.md, cards and their figures; and seeds.json."""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from digitforge import files
from digitforge.data import album
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.nondigits.disturbances import LEVELS
from digitforge.data.pixels import crisp
from digitforge.data.subsets import spread
from digitforge.metrics.catalogue import CATALOGUE
from digitforge.report import content, seeds
from digitforge.report.cards import captions
from digitforge.report.figures import compare, variant
from digitforge.report.figures.curves import accuracy_curve
from digitforge.report.figures.judge import disturbances, nondigits
from digitforge.report.figures.style import save
from digitforge.report.index import tables
from digitforge.report.page import page_content
from digitforge.report.rendering import render
from digitforge.report.sizes import GALLERY, GRID
from digitforge.settings.judges import NAMES, SEEN_BY
from digitforge.settings.params import ResultParams

FIGURES, CARDS = files.REPORTS / "figures", files.REPORTS / "cards"
WORTH_ONE = 4  # variants that one process draws sooner than another one starts
WORKERS = 4  # processes that draw, each with the images of a data mode

Arrays = dict[str, np.ndarray]


class Presented(NamedTuple):
    """A variant whose pictures and card are written: what the pages say of it, and what its charts are drawn from."""

    row: dict[str, Any]
    history: pd.DataFrame
    samples: np.ndarray


@lru_cache(maxsize=1)
def images(mode: Mode) -> Dataset:
    """The images of a data mode; `present_all` takes the variants of one mode after each other."""
    return Dataset.read(mode)


def present(key: str, settings: dict[str, Any]) -> Presented:
    """Write a variant's pictures and card. settings: the parameters as JSON, which processes can send one another."""
    params = ResultParams.model_validate(settings)
    row = params.variants[key]
    found, history = content.arrays(key), pd.read_csv(files.MODELS / key / "history.csv")
    described = content.of_variant(key, params, history)
    noise, sigma = params.evaluation.noise, content.noise_level(params)
    moments, needed = (
        album.read(files.MODELS / key / "album.npz"),
        content.threshold(row.data, found["sample_strict"].shape[1]),
    )
    figures = variant.figures(images(row.data), found, described, history, moments, needed, noise, sigma, params.seed)
    described["pictures"] = captions(described, variant.draw(figures, FIGURES / key))
    files.write_text(CARDS / f"{key}.md", render("card.md", {"row": described}))
    return Presented(described, history, crisp(found["samples"][:GALLERY], row.sample.threshold))


def present_all(params: ResultParams) -> dict[str, Presented]:
    """Every variant, presented; several at a time, as most of the time goes into drawing."""
    keys = sorted(params.variants, key=lambda key: params.variants[key].data)
    settings = params.model_dump(mode="json")
    workers = min(os.cpu_count() or 1, len(keys) // WORTH_ONE, WORKERS)
    if workers < 2:
        found = {key: present(key, settings) for key in keys}
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            found = dict(zip(keys, pool.map(present, keys, [settings] * len(keys)), strict=True))
    return {key: found[key] for key in params.variants}


def write(params: ResultParams, waiting: int = 0) -> None:
    """Write reports/index.md, index.html, metrics.md, seeds.json, cards and figures. What is no longer made goes last.

    waiting: how many variants there are beside these that aren't finished; the pages say so.
    """
    before = {path: path.stat().st_ino for folder in (FIGURES, CARDS) for path in folder.glob("*") if path.is_file()}
    found = present_all(params)
    rows = [one.row for one in found.values()]
    modes = sorted({row["data"] for row in rows})
    real = {mode: Dataset.read(mode, "x_test")["x_test"] for mode in modes}
    real = {mode: x_test[spread(len(x_test), GALLERY)] for mode, x_test in real.items()}

    about = content.of_all(params)
    sigma, peers, left_out, judge = (about[name] for name in ("sigma", "peers", "left_out", "judge"))
    missing, names = about["missing"], about["names"]
    coded = compare.coded(rows)
    about |= {
        "rows": rows,
        "waiting": waiting,
        "coded": coded,
        "tables": tables(rows, peers, judge, left_out, coded, params.data.missing_digit, sigma, names),
        "charts": compare.draw(rows, left_out, peers, sigma, missing, FIGURES, names),
        "galleries": compare.galleries(rows, {key: one.samples for key, one in found.items()}, real, FIGURES),
        "trainings": compare.training(rows, {key: one.history for key, one in found.items()}, missing, FIGURES),
        "catalogue": CATALOGUE,
        "gallery": GALLERY,
        "grid": GRID,
        "seen_by": SEEN_BY,
        "metrics_page": "metrics.md",
    }
    for name in NAMES:
        history = pd.read_csv(files.VERIFIER / name / "history.csv")
        save(accuracy_curve(name, history), FIGURES / f"verifier_{name}-curves.png")
    if judge["kinds"]:
        save(nondigits(judge["kinds"], files.read_npz(files.NONDIGITS, *judge["kinds"])), FIGURES / "nondigits.png")
    save(disturbances(judge["features"], LEVELS), FIGURES / "disturbances.png")
    files.write_json(files.REPORTS / "seeds.json", seeds.headlines(rows))
    for name in ("index.md", "metrics.md"):
        files.write_text(files.REPORTS / name, render(name, about))
    files.write_text(files.REPORTS / "index.html", render("index.html", about | page_content(about, FIGURES)))
    for path, number in before.items():
        if path.stat().st_ino == number:  # a file that is written anew is another one of the same name
            path.unlink()
    print(f"report: {files.REPORTS / 'index.html'}")
