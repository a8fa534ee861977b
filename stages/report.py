"""Stage `report`: metrics and arrays -> reports/index.md and its figures."""

from pathlib import Path

import jinja2
import numpy as np
import pandas as pd

from stages.data.pixels import crisp
from stages.data.stacked import channels
from stages.figures.curves import accuracy_curve, loss_curves
from stages.figures.images import image_grid, strips
from stages.figures.style import save
from stages.metrics.verifier import expected_coverage
from stages.pipeline import files
from stages.pipeline.errors import user_errors
from stages.pipeline.params import Params, Variant, load_params

FIGURES = files.REPORTS / "figures"
TEMPLATE = Path(__file__).with_name("report.md.jinja")
TITLES = {
    "mnist": "MNIST digits",
    "fashion_mnist": "Fashion-MNIST",
    "kmnist": "Kuzushiji-MNIST",
    "digits": "scikit-learn's 8x8 digits, enlarged",
}


def percent(share: float) -> str:
    """0.9876 -> "98.8 %"."""
    return f"{100 * share:.1f} %"


def draw(key: str, variant: Variant, data: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> None:
    """Write the figures of one variant."""
    threshold = variant.sample.threshold
    originals, labels = data["x_test"], data["y_test"]
    ones = labels % 10
    chosen = [int(np.flatnonzero(ones == digit)[0]) for digit in range(10) if np.any(ones == digit)]
    rows = {
        "original": originals[chosen],
        "reconstruction": crisp(found["reconstructions"][chosen], threshold),
    }
    save(strips(rows), FIGURES / f"{key}-reconstructions.png")
    save(image_grid(crisp(found["samples"][:100], threshold), 20), FIGURES / f"{key}-samples.png")
    save(loss_curves(pd.read_csv(files.MODELS / key / "history.csv")), FIGURES / f"{key}-curves.png")
    if "anomaly_scores" in found:
        order = np.argsort(-found["anomaly_scores"], kind="stable")
        most, least = order[:10], order[-10:]
        anomalies = {
            f"most anomalous (labels {' '.join(map(str, labels[most]))})": originals[most],
            f"least anomalous (labels {' '.join(map(str, labels[least]))})": originals[least],
        }
        save(strips(anomalies), FIGURES / f"{key}-anomalies.png")


def describe(key: str, variant: Variant, params: Params) -> dict[str, object]:
    """What the template says of one variant."""
    config = files.read_json(files.MODELS / key / "config.json")
    steps = int(pd.read_csv(files.MODELS / key / "history.csv")["step"].iloc[-1])
    sentence = (
        f"A code of {variant.model.code} numbers, {config['weights'] / 1e6:.1f} million weights, "
        f"trained for {steps:,} steps of {variant.fit.batch} images (`{variant.data}`)."
    )
    source = "Samples: codes drawn from N(0, I)."
    if variant.sample.codes == "mixture":
        components = variant.sample.components
        source = f"Samples: codes drawn from a mixture of {components} Gaussians fitted to the training codes."
    if variant.sample.threshold is not None:
        source += f" Pixels are shown lit from {variant.sample.threshold} on."
    metrics = files.read_json(files.METRICS / f"{key}.json")
    return {
        "key": key,
        "title": variant.title,
        "data": variant.data,
        "metrics": metrics,
        "sentence": sentence,
        "sampled": source,
    }


def warn_of_strangers(params: Params) -> None:
    """Name leftovers of variants that are no longer in params.yaml: they count as dependencies of this stage."""
    known = {*params.variants, "verifier"}
    for folder in (files.METRICS, files.MODELS, files.SAMPLES):
        for path in folder.iterdir():
            if path.name.split(".")[0] not in known:
                print(f"WARNING: {path} belongs to no variant in params.yaml; delete it")


def main() -> None:
    """Write reports/index.md and reports/figures."""
    params = load_params()
    warn_of_strangers(params)
    loaded: dict[str, dict[str, np.ndarray]] = {}
    for key, variant in params.variants.items():
        if variant.data not in loaded:
            loaded[variant.data] = files.read_npz(files.DATA / f"{variant.data}.npz", "x_test", "y_test")
        draw(key, variant, loaded[variant.data], files.read_npz(files.SAMPLES / f"{key}.npz"))
    save(accuracy_curve(pd.read_csv(files.VERIFIER / "history.csv")), FIGURES / "verifier-curves.png")

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    source = files.read_json(files.RAW / "source.json")
    labels = files.read_npz(files.DATA / "mono-float-complete.npz", "y_train", "y_test")
    text = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        source=TITLES.get(source["source"], source["source"]),
        stand_in_for=TITLES.get(source["stand_in_for"]),
        percent=percent,
        verifier=files.read_json(files.METRICS / "verifier.json"),
        counts={"train": f"{len(labels['y_train']):,}", "test": f"{len(labels['y_test']):,}"},
        budget=params.budget,
        tolerance=params.evaluation.tolerance,
        samples=f"{params.evaluation.samples:,}",
        perfect={name: expected_coverage(params.evaluation.samples, channels(name)) for name in ("mono", "color")},
        missing_digit=params.data.missing_digit,
        rows=[describe(key, variant, params) for key, variant in params.variants.items()],
    )
    files.write_text(files.REPORTS / "index.md", text)
    print(f"report: {files.REPORTS / 'index.md'}")


if __name__ == "__main__":
    with user_errors():
        main()
