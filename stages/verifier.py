"""Stage `verifier`: train the network that judges every image, and say how far it can be trusted."""

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.stacked import binarize
from digitforge.errors import user_errors
from digitforge.metrics.calibration import accuracy, expected_calibration_error
from digitforge.models.verifier import VerifierNetwork
from digitforge.settings.fit import Fit
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import Training
from digitforge.tracking.runs import live
from digitforge.training.callbacks import Point
from digitforge.training.fit import save_weights
from digitforge.training.resumable import train, write_history

SETTINGS = ("seed", "budget", "max_epochs", "verifier.fit")
WATCHERS = ("digitforge.tracking",)


def measure(model: VerifierNetwork, images: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Accuracy and calibration error on grey images and on the same ones binarised."""
    metrics = {}
    for suffix, kind in (("", images), ("_binary", binarize(images))):
        probabilities = model.read(kind)[0][:, 0]
        metrics[f"accuracy{suffix}"] = round(accuracy(probabilities, labels), 4)
        metrics[f"calibration_error{suffix}"] = round(expected_calibration_error(probabilities, labels), 4)
    return metrics


def main() -> None:
    """Write artifacts/verifier and reports/metrics/verifier.json."""
    recipe = Recipe.read("verifier")
    training = Training.of(recipe)
    data = Dataset.read(training.mode, "x_train", "y_train", "x_test", "y_test")
    model, source = VerifierNetwork(seed=recipe["seed"]), data.source.label

    def save(history: list[Point]) -> None:
        found = measure(model, data["x_test"], data["y_test"])
        save_weights(model, files.VERIFIER / "verifier.weights.h5")
        write_history(files.VERIFIER / "history.csv", history)
        files.write_json(files.METRICS / "verifier.json", {"source": source, **found})
        print(f"verifier: {found['accuracy']:.2%} of the test digits right, {found['accuracy_binary']:.2%} binarised")

    arrays, held_out = (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
    fit = Fit.model_validate(recipe["verifier.fit"])
    train(training, model, arrays, held_out, fit, save, source=source, watched=live(training, source))


if __name__ == "__main__":
    with user_errors():
        main()
