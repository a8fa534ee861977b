"""Stage `evaluate KEY`: a variant's arrays -> reports/metrics/KEY.json and KEY.details.json.

The first holds the headline numbers alone, so that `dvc metrics diff` stays short; the second all of them, each with
its 95 % interval. A metric that doesn't apply is absent. reports/metrics.md says what each one means.
"""

from typing import Any

import numpy as np

from stages.data.subsets import known
from stages.metrics.intervals import Estimate, plain, significant
from stages.pipeline import files
from stages.pipeline.errors import argument, user_errors
from stages.pipeline.params import Params, load_params
from stages.protocol import HEADLINES, anomaly, compression, likelihood, reconstruction, samples

Arrays = dict[str, np.ndarray]


def evaluate(data: Arrays, features: Arrays, found: Arrays, key: str, params: Params) -> dict[str, dict[str, Any]]:
    """Every group of metrics that applies to a variant, as Estimates and plain values."""
    variant, settings = params.variant(key), params.evaluation
    tolerance = settings.tolerance.of(variant.data)
    kept = known(data["y_test"], variant.data, params.data.missing_digit)
    images, subset = data["x_test"], found["subset"]
    groups = {
        "reconstruction": reconstruction.of_variant(data, found, kept, tolerance),
        "samples": samples.of_variant(data, features, found, kept, variant.sample.threshold, tolerance),
        "anomaly": anomaly.of_scores(found, kept, params.data.missing_digit),
        "denoising": reconstruction.of_denoised(images[subset], found["denoised"], settings.noise, params.seed),
        "compression": compression.of_variant(images, found),
    }
    if "log_p" in found:
        nats_of = "threshold" if "binary" in variant.data else "grey"
        groups["likelihood"] = likelihood.of_variant(found, kept, images[0].size, nats_of)
    return groups


def headlines(groups: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The headline numbers alone, each a plain value; a group without any is left out."""
    short: dict[str, dict[str, Any]] = {}
    for group, names in HEADLINES.items():
        chosen = {name: groups[group][name] for name in names if name in groups.get(group, {})}
        if chosen:
            short[group] = {
                name: significant(value.value) if isinstance(value, Estimate) else plain(value)
                for name, value in chosen.items()
            }
    return short


def main(key: str) -> None:
    """Write reports/metrics/KEY.json and KEY.details.json."""
    params = load_params()
    mode = params.variant(key).data
    data = files.read_npz(files.DATA / f"{mode}.npz")
    features = files.read_npz(files.FEATURES / f"{mode.split('-')[1]}.npz")
    groups = evaluate(data, features, files.read_npz(files.SAMPLES / f"{key}.npz"), key, params)
    source = {"source": files.source_name()}
    files.write_json(files.METRICS / f"{key}.json", source | headlines(groups))
    files.write_json(files.METRICS / f"{key}.details.json", source | plain(groups))
    shown = [f"{group}.{name} {value}" for group, found in headlines(groups).items() for name, value in found.items()]
    print(f"{key} ({files.source_name()}): {', '.join(shown)}")


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
