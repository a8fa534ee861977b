"""Stage `verifier`: train the digit classifier that judges every image, and say how far it can be trusted."""

import numpy as np
from digitforge.tracking.training import train_tracked, write_history

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.stacked import binarize
from digitforge.errors import user_errors
from digitforge.metrics.calibration import accuracy, expected_calibration_error
from digitforge.models.classifier import Classifier
from digitforge.settings.params import load_params
from digitforge.training.callbacks import Row
from digitforge.training.fit import save_weights

SETTINGS = ("seed", "budget", "max_epochs", "verifier.fit")
WATCHERS = ("digitforge.tracking",)
DATA = Mode.parse("mono-float-complete")


def judge(model: Classifier, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Accuracy and calibration error on grey images and on the same ones binarised."""
    metrics = {}
    for suffix, kind in (("", images), ("_binary", binarize(images))):
        probabilities = model.read(kind)[0][:, 0]
        metrics[f"accuracy{suffix}"] = round(accuracy(probabilities, labels), 4)
        metrics[f"calibration_error{suffix}"] = round(expected_calibration_error(probabilities, labels), 4)
    return metrics


def main() -> None:
    """Write artifacts/verifier and reports/metrics/verifier.json."""
    params = load_params()
    data = Dataset.read(DATA, "x_train", "y_train", "x_test", "y_test")
    model = Classifier(seed=params.seed)

    def save(history: list[Row]) -> None:
        metrics = judge(model, data["x_test"], data["y_test"])
        save_weights(model, files.VERIFIER / "verifier.weights.h5")
        write_history(files.VERIFIER / "history.csv", history)
        files.write_json(files.METRICS / "verifier.json", {"source": data.source.label, **metrics})
        print(
            f"verifier: {metrics['accuracy']:.2%} of the test digits right, {metrics['accuracy_binary']:.2%} binarised"
        )

    train_tracked(
        model,
        (data["x_train"], data["y_train"]),
        (data["x_test"], data["y_test"]),
        params=params,
        stage="verifier",
        key=None,
        name="verifier",
        settings=params.verifier.fit,
        logged=params.verifier.model_dump(),
        tags={"family": "classifier", "data": str(DATA)},
        data=data,
        save=save,
        jit_compile=False,  # XLA has no affine image warp
    )


if __name__ == "__main__":
    with user_errors():
        main()
