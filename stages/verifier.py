"""Stage `verifier KEY`: train a network that judges every image, and say how far it can be trusted.

judge.json says how many answers it has and, of a strict one, from which belief on it accepts an image.
"""

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
from digitforge.training.device import placed
from digitforge.training.fit import save_weights
from digitforge.training.resumable import train, write_history

SETTINGS = ("seed", "budget", "max_epochs", "verifier")
WATCHERS = ("digitforge.tracking",)


def main(key: str) -> None:
    """Write artifacts/verifier/KEY: verifier.weights.h5, judge.json, history.csv; reports/metrics/verifier/KEY.json."""
    recipe = Recipe.read("verifier", key)
    training, row, seed = Training.of(recipe), recipe["verifier"], recipe["seed"]
    fit, nondigits = Fit.model_validate(row["fit"]), row.get("nondigits")
    data = Dataset.read(training.mode, "x_train", "y_train", "x_test", "y_test")
    images, labels, classes = data["x_train"], data["y_train"], data.class_count
    kept = held_out(len(images), wanted=nondigits is not None)
    kinds = refusable(nondigits["kinds"], data.source, len(images)) if nondigits else []
    arrays = images[~kept], labels[~kept]
    if kinds:
        arrays = exposed(*arrays, kinds, nondigits["per_digit"], seed, none=classes)
    elif nondigits:
        print(f"{training.name}: {len(images)} training images are too few to learn what is none")
    with placed(fit):
        model = VerifierNetwork(classes=classes, refuses=bool(kinds), seed=(seed + NAMES.index(key)) % 2**31)

    def save(history: list[Point]) -> None:
        found = measured(model.read, data["x_test"], data["y_test"])
        accepted = {"thresholds": thresholds(model.read, images[kept], seed)} if nondigits else {}
        judge = {"classes": classes, "answers": classes + bool(kinds), **accepted}
        save_weights(model, files.VERIFIER / key / "verifier.weights.h5")
        write_history(files.VERIFIER / key / "history.csv", history)
        files.write_json(files.VERIFIER / key / "judge.json", judge)
        files.write_json(files.METRICS / "verifier" / f"{key}.json", {"source": source, **found})
        right = f"{found['accuracy']:.2%} of the test digits right, {found['accuracy_binary']:.2%} binarised"
        print(f"{training.name}: {right}")

    test, source = (data["x_test"], data["y_test"]), data.source.label
    train(training, model, arrays, test, fit, save, source=source, watched=live(training, source))


if __name__ == "__main__":
    with user_errors():
        main(argument("plain, strict or control"))
