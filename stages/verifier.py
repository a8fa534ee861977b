"""Stage `verifier KEY`: train a network that judges every image, and say how far it can be trusted.

judge.json says how many answers it has and, of a strict one, from which belief on it accepts an image.
"""

from typing import Any

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.nondigits.exposure import exposed, held_out, refusable
from digitforge.errors import argument, user_errors
from digitforge.models.verifier import VerifierNetwork
from digitforge.protocol.judge import measured, thresholds
from digitforge.settings.fit import Fit
from digitforge.settings.judges import NAMES
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import Training
from digitforge.tracking.runs import live
from digitforge.training.callbacks import Point
from digitforge.training.fit import save_weights
from digitforge.training.resumable import train, write_history

SETTINGS = ("seed", "budget", "max_epochs", "verifier")
WATCHERS = ("digitforge.tracking",)


def main(key: str) -> None:
    """Write artifacts/verifier/KEY: verifier.weights.h5, judge.json, history.csv; reports/metrics/verifier/KEY.json."""
    recipe = Recipe.read("verifier", key)
    training, fit, nondigits = Training.of(recipe), recipe["verifier.fit"], recipe["verifier"].get("nondigits")
    data, seed = Dataset.read(training.mode, "x_train", "y_train", "x_test", "y_test"), recipe["seed"]
    images, labels, source, classes = data["x_train"], data["y_train"], data.source, data.class_count
    kept = held_out(len(images), wanted=nondigits is not None)
    kinds = refusable(nondigits["kinds"], source, len(images)) if nondigits else []
    arrays = images[~kept], labels[~kept]
    if kinds:
        arrays = exposed(*arrays, kinds, nondigits["per_digit"], seed, none=classes)
    elif nondigits:
        print(f"{training.name}: {len(images)} training images are too few to learn what is none")
    model = VerifierNetwork(classes=classes, refuses=bool(kinds), seed=(seed + NAMES.index(key)) % 2**31)

    def save(history: list[Point]) -> None:
        found = measured(model.read, data["x_test"], data["y_test"])
        judge: dict[str, Any] = {"classes": classes, "answers": classes + bool(kinds)}
        if nondigits:
            judge["thresholds"] = thresholds(model.read, images[kept], seed)
        save_weights(model, files.VERIFIER / key / "verifier.weights.h5")
        write_history(files.VERIFIER / key / "history.csv", history)
        files.write_json(files.VERIFIER / key / "judge.json", judge)
        files.write_json(files.METRICS / "verifier" / f"{key}.json", {"source": source.label, **found})
        right = f"{found['accuracy']:.2%} of the test digits right, {found['accuracy_binary']:.2%} binarised"
        print(f"{training.name}: {right}")

    test, watched = (data["x_test"], data["y_test"]), live(training, source.label)
    train(training, model, arrays, test, Fit.model_validate(fit), save, source=source.label, watched=watched)


if __name__ == "__main__":
    with user_errors():
        main(argument("plain, strict or control"))
