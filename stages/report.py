"""Stage `report`: metrics and arrays -> reports/index.md, reports/metrics.md, reports/cards and their figures."""

from typing import Any

import numpy as np
import pandas as pd

from stages.data.pixels import crisp
from stages.figures import compare, variant
from stages.figures.curves import accuracy_curve
from stages.figures.style import save
from stages.pipeline import files
from stages.pipeline.errors import user_errors
from stages.pipeline.params import Params, load_params
from stages.templates import content, render
from stages.templates.cards import captions
from stages.templates.catalogue import CATALOGUE
from stages.templates.index import tables
from stages.templates.tables import of_pictures

FIGURES, CARDS = files.REPORTS / "figures", files.REPORTS / "cards"

Arrays = dict[str, np.ndarray]


def present(params: Params, data: dict[str, Arrays]) -> tuple[list[dict[str, Any]], Arrays]:
    """Write every variant's pictures and card -> what the pages say of it, its first samples. data: of each mode."""
    rows, samples = [], {}
    for key, row in params.variants.items():
        found, history = content.arrays(key), pd.read_csv(files.MODELS / key / "history.csv")
        described = content.of_variant(key, row, history)
        noise, sigma = params.evaluation.noise, content.shown_noise(params)
        pictures = variant.pictures(data[row.data], found, described, noise, sigma, params.seed)
        samples[key] = crisp(found["samples"][:100], row.sample.threshold)
        drawn = variant.draw(pictures, samples[key], history, FIGURES / key)
        card = {"row": described, "pictures": captions(described, drawn)}
        files.write_text(CARDS / f"{key}.md", render("card.md", card))
        rows.append(described)
    return rows, samples


def main() -> None:
    """Write reports/index.md, reports/metrics.md, reports/cards and reports/figures."""
    params = load_params()
    for path in content.strangers(params):
        print(f"WARNING: {path} belongs to nothing in params.yaml; delete it")
    modes = sorted({row.data for row in params.variants.values()})
    data = {mode: files.read_npz(files.DATA / f"{mode}.npz") for mode in modes}
    rows, samples = present(params, data)

    about = content.of_all(params)
    missing, sigma, peers = params.data.missing_digit, about["sigma"], about["peers"]
    about |= {
        "rows": rows,
        "pictures": any(map(of_pictures, rows)),
        "coded": compare.coded(rows),
        "tables": tables(rows, peers, missing, sigma),
        "charts": compare.draw(rows, about["left_out"], peers, sigma, missing, FIGURES),
        "galleries": compare.galleries(rows, samples, {mode: data[mode]["x_test"] for mode in modes}, FIGURES),
        "catalogue": CATALOGUE,
    }
    save(accuracy_curve(pd.read_csv(files.VERIFIER / "history.csv")), FIGURES / "verifier-curves.png")
    for name in ("index.md", "metrics.md"):
        files.write_text(files.REPORTS / name, render(name, about))
    print(f"report: {files.REPORTS / 'index.md'}")


if __name__ == "__main__":
    with user_errors():
        main()
