"""Stage `report`: metrics and arrays -> reports/index.md, reports/metrics.md and their figures."""

from typing import Any

import numpy as np
import pandas as pd

from stages.data.pixels import crisp
from stages.figures import charts, variant
from stages.figures.curves import accuracy_curve
from stages.figures.style import save
from stages.pipeline import files
from stages.pipeline.errors import user_errors
from stages.pipeline.params import Params, Variant, load_params
from stages.protocol.anomaly import headline_score
from stages.protocol.reconstruction import HEADLINE_NOISE
from stages.templates import render
from stages.templates.catalogue import CATALOGUE

FIGURES = files.REPORTS / "figures"
TITLES = {
    "mnist": "MNIST digits",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "Kuzushiji-MNIST",
    "digits": "scikit-learn's 8x8 digits, enlarged",
}


def shown_noise(params: Params) -> float:
    """Deviation of the noise in the denoising table and pictures."""
    noise = params.evaluation.noise
    return HEADLINE_NOISE if HEADLINE_NOISE in noise else noise[0]


def draw(key: str, row: Variant, details: dict[str, Any], data: dict[str, np.ndarray], params: Params) -> None:
    """Write the pictures of one variant. data: of stage `stack`."""
    found = files.read_npz(files.SAMPLES / f"{key}.npz")
    threshold, noise = row.sample.threshold, params.evaluation.noise
    shown = details["samples"]["copies"]["shown"]
    pictures = {
        "reconstructions": variant.reconstructions(data, found, threshold),
        "denoised": variant.denoised(data, found, noise, shown_noise(params), params.seed),
        "neighbours": variant.neighbours(data, found, shown, threshold),
    }
    if "auroc" in details["anomaly"]:
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
        "code": row.model.code,
        "details": files.read_json(files.METRICS / f"{key}.details.json"),
        "sample": row.sample,
        "sentence": f"Code size {row.model.code}, {config['weights'] / 1e6:.1f} million weights, "
        f"trained for {steps:,} steps of {row.fit.batch} images (`{row.data}`).",
    }


def warn_of_strangers(params: Params) -> None:
    """Name leftovers of what is no longer in params.yaml: they count as dependencies of this stage."""
    known = {*params.variants, "verifier", "leave_one_out", *map(str, params.leave_one_out.digits)}
    study = files.METRICS / "leave_one_out"
    for folder in (files.METRICS, files.MODELS, files.SAMPLES, *([study] if study.exists() else [])):
        for path in folder.iterdir():
            if path.name.split(".")[0] not in known:
                print(f"WARNING: {path} belongs to nothing in params.yaml; delete it")


def read_left_out(params: Params) -> dict[str, Any]:
    """Digit -> its scores' metrics, of the leave-one-out study; without digits that the data doesn't have."""
    paths = {str(digit): files.METRICS / "leave_one_out" / f"{digit}.json" for digit in params.leave_one_out.digits}
    found = {digit: files.read_json(path)["scores"] for digit, path in paths.items()}
    return {digit: scores for digit, scores in found.items() if scores}


def main() -> None:
    """Write reports/index.md, reports/metrics.md and reports/figures."""
    params = load_params()
    warn_of_strangers(params)
    loaded: dict[str, dict[str, np.ndarray]] = {}
    rows = [describe(key, row) for key, row in params.variants.items()]
    for (key, row), described in zip(params.variants.items(), rows, strict=True):
        if row.data not in loaded:
            loaded[row.data] = files.read_npz(files.DATA / f"{row.data}.npz")
        draw(key, row, described["details"], loaded[row.data], params)
    left_out = read_left_out(params)
    charted = [row for row in rows if row["data"].startswith("mono")] or rows
    charts.draw(charted, left_out, FIGURES)
    save(accuracy_curve(pd.read_csv(files.VERIFIER / "history.csv")), FIGURES / "verifier-curves.png")

    source = files.read_json(files.RAW / "source.json")
    labels = files.read_npz(files.DATA / "mono-float-complete.npz", "y_train", "y_test")
    content = {
        "source": TITLES.get(source["source"], source["source"]),
        "stand_in_for": TITLES.get(source["stand_in_for"]),
        "verifier": files.read_json(files.METRICS / "verifier.json"),
        "counts": {"train": len(labels["y_train"]), "test": len(labels["y_test"])},
        "params": params,
        "sigma": str(shown_noise(params)),
        "rows": rows,
        "charted": charted,
        "left_out": left_out,
        "catalogue": CATALOGUE,
    }
    for name in ("index.md", "metrics.md"):
        files.write_text(files.REPORTS / name, render(name, content))
    print(f"report: {files.REPORTS / 'index.md'}")


if __name__ == "__main__":
    with user_errors():
        main()
