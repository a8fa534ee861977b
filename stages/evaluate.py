"""Stage `evaluate KEY`: a variant's arrays -> reports/metrics/KEY.json and KEY.details.json.

The first holds the headline numbers alone, so that `dvc metrics diff` stays short; the second all of them, each with
its 95 % interval. A metric that doesn't apply is absent. reports/metrics.md says what each one means.
"""

from typing import Any

import numpy as np

from stages.data.pixels import crisp
from stages.data.stacked import channels
from stages.data.subsets import known, spread
from stages.metrics.catalogue import HEADLINES
from stages.metrics.intervals import Estimate, plain, significant
from stages.metrics.verifier import judge
from stages.pipeline import files
from stages.pipeline.errors import argument, user_errors
from stages.pipeline.params import Params, Variant, load_params
from stages.protocol import anomaly, compression, likelihood, reconstruction, samples

Arrays = dict[str, np.ndarray]


def target_shares(labels: np.ndarray, channel_count: int) -> np.ndarray:
    """Class shares that samples should have: those of the training digits; uniform over trained classes for stacks."""
    counts = np.bincount(labels, minlength=10**channel_count).astype(np.float64)
    if channel_count > 1:
        counts = (counts > 0).astype(np.float64)
    return counts / counts.sum()


def of_samples(data: Arrays, features: Arrays, found: Arrays, variant: Variant, params: Params) -> dict[str, Any]:
    """Everything about generated images. data: of stage `stack`, features: of stage `features`, found: of `sample`."""
    kept = known(data["y_test"], variant.data, params.data.missing_digit)
    test, train = features["test"][data["digits_test"][kept]], features["train"][data["digits_train"]]
    probabilities, seen = found["sample_probabilities"], found["sample_features"]
    target = target_shares(data["y_train"], channels(variant.data))
    at_most = samples.COMPARED
    real, learnt, generated = (
        array.reshape(len(array), -1) for array in (test[:at_most], train[spread(len(train), at_most)], seen[:at_most])
    )
    copies = samples.copies(
        {
            "samples": crisp(found["samples"], variant.sample.threshold),
            "held_out": data["x_test"][kept],
            "training": data["x_train"],
        },
        {"samples": seen, "held_out": test, "training": train},
        {"samples": judge(probabilities)[1] % 10, "held_out": data["y_test"][kept] % 10},
    )
    held_out = copies["shown"]["held_out"]
    held_out["images"] = np.flatnonzero(kept)[held_out["images"]].tolist()
    return {
        **samples.classes(probabilities, target, params.evaluation.tolerance.of(variant.data)),
        **samples.spread_of(real, generated),
        "real": samples.spread_of(real, learnt),
        "copies": copies,
    }


def evaluate(data: Arrays, features: Arrays, found: Arrays, key: str, params: Params) -> dict[str, dict[str, Any]]:
    """Every group of metrics that applies to a variant, as Estimates and plain values."""
    variant, settings = params.variant(key), params.evaluation
    mode = variant.data
    kept = known(data["y_test"], mode, params.data.missing_digit)
    images, labels, subset = data["x_test"], data["y_test"], found["subset"]
    restored = ("reconstructions", "reconstruction_probabilities", "cross_entropy_nats")
    of_kept = {name: found[name][kept] for name in restored}
    groups = {
        "reconstruction": reconstruction.of_reconstructions(
            images[kept], labels[kept], of_kept, settings.tolerance.of(mode)
        ),
        "samples": of_samples(data, features, found, variant, params),
        "anomaly": anomaly.of_scores(found, kept, params.data.missing_digit),
        "denoising": reconstruction.of_denoised(images[subset], found["denoised"], settings.noise, params.seed),
        "compression": {
            "codes": compression.of_codes(images[subset], found["codes"][subset], found["training_codes"], found),
            "codecs": compression.of_codecs(images[subset]),
        },
    }
    if "log_p" in found:
        nats_of = "threshold" if "binary" in mode else "grey"
        groups["likelihood"] = likelihood.of_images(found, kept, images[0].size, nats_of)
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
