"""Stage `report`: metrics and arrays -> reports/index.md, reports/metrics.md and their figures."""

from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from stages.data.pixels import crisp
from stages.figures import charts, variant
from stages.figures.curves import accuracy_curve
from stages.figures.numbers import FILTERS
from stages.figures.style import save
from stages.metrics.catalogue import CATALOGUE
from stages.pipeline import files
from stages.pipeline.errors import user_errors
from stages.pipeline.params import Params, Variant, load_params
from stages.protocol.anomaly import headline_score
from stages.protocol.reconstruction import HEADLINE_NOISE

FIGURES = files.REPORTS / "figures"
TEMPLATES = Path(__file__).parent / "templates"
TITLES = {
    "mnist": "MNIST digits",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "Kuzushiji-MNIST",
    "digits": "scikit-learn's 8x8 digits, enlarged",
}


def draw(key: str, row: Variant, details: dict[str, Any], data: dict[str, np.ndarray], params: Params) -> None:
    """Write the pictures of one variant. data: of stage `stack`."""
    found = files.read_npz(files.SAMPLES / f"{key}.npz")
    threshold, noise = row.sample.threshold, params.evaluation.noise
    shown = details["samples"]["copies"]["shown"]
    sigma = HEADLINE_NOISE if HEADLINE_NOISE in noise else noise[0]
    pictures = {
        "reconstructions": variant.reconstructions(data, found, threshold),
        "denoised": variant.denoised(data, found, noise, sigma, params.seed),
        "neighbours": variant.neighbours(data, found, shown, threshold),
    }
    if "missing" in row.data:
        pictures["anomalies"] = variant.anomalies(data, headline_score(found)[1])
    history = pd.read_csv(files.MODELS / key / "history.csv")
    variant.draw(pictures, crisp(found["samples"][:100], threshold), history, FIGURES / key)


def describe(key: str, row: Variant) -> dict[str, Any]:
    """What the templates say of one variant."""
    config = files.read_json(files.MODELS / key / "config.json")
    steps = int(pd.read_csv(files.MODELS / key / "history.csv")["step"].iloc[-1])
    return {
        "key": key,
        "title": row.title,
        "data": row.data,
        "details": files.read_json(files.METRICS / f"{key}.details.json"),
        "sample": row.sample,
        "sentence": f"A code of {row.model.code} numbers, {config['weights'] / 1e6:.1f} million weights, "
        f"trained for {steps:,} steps of {row.fit.batch} images (`{row.data}`).",
    }


def draw_charts(rows: list[dict[str, Any]], left_out: dict[str, Any]) -> None:
    """Write the charts that compare variants."""
    grey = [row for row in rows if row["data"].startswith("mono")]
    if grey:
        shares = {row["key"]: row["details"]["samples"] for row in grey}
        save(charts.class_shares(shares), FIGURES / "classes.png")
    levels = {row["key"]: row["details"]["denoising"]["levels"] for row in grey or rows}
    save(charts.denoising_curves(levels), FIGURES / "denoising.png")
    codes = {row["key"]: row["details"]["compression"]["codes"] for row in grey or rows}
    codecs = (grey or rows)[0]["details"]["compression"]["codecs"]
    save(charts.compression_curves(codes, codecs), FIGURES / "compression.png")
    if left_out:
        save(charts.left_out(left_out, "importance_sampling"), FIGURES / "leave-one-out.png")


def warn_of_strangers(params: Params) -> None:
    """Name leftovers of variants that are no longer in params.yaml: they count as dependencies of this stage."""
    known = {*params.variants, "verifier", "leave_one_out"}
    for folder in (files.METRICS, files.MODELS, files.SAMPLES):
        for path in folder.iterdir():
            if path.name.split(".")[0] not in known:
                print(f"WARNING: {path} belongs to no variant in params.yaml; delete it")


def main() -> None:
    """Write reports/index.md, reports/metrics.md and reports/figures."""
    params = load_params()
    warn_of_strangers(params)
    loaded: dict[str, dict[str, np.ndarray]] = {}
    rows = [describe(key, row) for key, row in params.variants.items()]
    for key, row in params.variants.items():
        if row.data not in loaded:
            loaded[row.data] = files.read_npz(files.DATA / f"{row.data}.npz")
        draw(key, row, rows[list(params.variants).index(key)]["details"], loaded[row.data], params)
    digits = params.leave_one_out.digits
    left_out = {str(digit): files.read_json(files.METRICS / "leave_one_out" / f"{digit}.json") for digit in digits}
    labels = files.read_npz(files.DATA / "mono-float-complete.npz", "y_train", "y_test")
    draw_charts(rows, left_out)
    save(accuracy_curve(pd.read_csv(files.VERIFIER / "history.csv")), FIGURES / "verifier-curves.png")

    source = files.read_json(files.RAW / "source.json")
    content = {
        "source": TITLES.get(source["source"], source["source"]),
        "stand_in_for": TITLES.get(source["stand_in_for"]),
        "verifier": files.read_json(files.METRICS / "verifier.json"),
        "counts": {"train": len(labels["y_train"]), "test": len(labels["y_test"])},
        "params": params,
        "rows": rows,
        "left_out": left_out,
        "catalogue": CATALOGUE,
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    for name in ("index.md", "metrics.md"):
        files.write_text(files.REPORTS / name, environment.get_template(f"{name}.jinja").render(content))
    print(f"report: {files.REPORTS / 'index.md'}")


if __name__ == "__main__":
    with user_errors():
        main()
