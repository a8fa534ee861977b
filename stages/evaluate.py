"""Stage `evaluate KEY`: a variant's arrays -> reports/metrics/KEY.json. A metric that doesn't apply is absent."""

import numpy as np

from stages.data.stacked import channels, has_digit
from stages.metrics import anomaly, likelihood, reconstruction, verifier
from stages.pipeline import files
from stages.pipeline.errors import argument, user_errors
from stages.pipeline.params import Params, load_params

Arrays = dict[str, np.ndarray]
Group = dict[str, float | str]


def significant(value: float, digits: int = 4) -> float:
    """Round to significant digits: enough to compare, short enough to read."""
    return float(f"{value:.{digits}g}")


def rounded(group: Group) -> Group:
    """Round the numbers of a group."""
    return {name: significant(value) if isinstance(value, float) else value for name, value in group.items()}


def evaluate(data: Arrays, found: Arrays, mode: str, params: Params) -> dict[str, Group]:
    """Every group of metrics that applies. data: of stage `stack`, found: of stage `sample`."""
    count = channels(mode)
    tolerance = params.evaluation.tolerance.mono if count == 1 else params.evaluation.tolerance.color
    images, labels = data["x_test"], data["y_test"]
    judged = found["reconstruction_probabilities"]
    groups: dict[str, Group] = {
        "reconstruction": {
            "predictability": verifier.predictability(judged, tolerance),
            "accuracy": verifier.accuracy(judged, labels, tolerance),
            "coverage": verifier.coverage(judged, tolerance),
            "mse": reconstruction.mse(images, found["reconstructions"]),
            "psnr_db": reconstruction.psnr_db(images, found["reconstructions"]),
        },
        "samples": {
            "predictability": verifier.predictability(found["sample_probabilities"], tolerance),
            "coverage": verifier.coverage(found["sample_probabilities"], tolerance),
        },
    }
    if "kl_nats" in found:
        groups["likelihood"] = {
            "elbo_nats": likelihood.elbo(found["reconstruction_nats"], found["kl_nats"]),
            "data": "threshold" if "binary" in mode else "grey",
        }
    anomalous = has_digit(labels, params.data.missing_digit, count)
    if "anomaly_scores" in found and 0 < anomalous.sum() < len(anomalous):
        groups["anomaly"] = {
            "auroc": anomaly.auroc(found["anomaly_scores"], anomalous),
            "average_precision": anomaly.average_precision(found["anomaly_scores"], anomalous),
        }
    return {name: rounded(group) for name, group in groups.items()}


def main(key: str) -> None:
    """Write reports/metrics/KEY.json."""
    params = load_params()
    mode = params.variant(key).data
    data = files.read_npz(files.DATA / f"{mode}.npz", "x_test", "y_test")
    found = files.read_npz(files.SAMPLES / f"{key}.npz")
    groups = evaluate(data, found, mode, params)
    files.write_json(files.METRICS / f"{key}.json", {"source": files.source_name(), **groups})
    short = ", ".join(f"{group}.{name} {value}" for group in groups for name, value in list(groups[group].items())[:2])
    print(f"{key} ({files.source_name()}): {short}")


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
