"""Stage `leave_one_out DIGIT`: a VAE trained without a digit, and what it says of every test image.

Writes artifacts/leave_one_out/DIGIT/history.csv, and scores.npz with the arrays [N] of `scoring.image_nats` and
the distance of codes from training codes, over the test split. Both are empty where the data has no such digit.
"""

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.mapped import rows
from digitforge.errors import argument, user_errors
from digitforge.metrics.neighbours import neighbour_distance
from digitforge.models import build
from digitforge.models.scoring import image_nats
from digitforge.settings.fit import Fit
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import Training
from digitforge.tracking.runs import live
from digitforge.training.callbacks import Point
from digitforge.training.device import placed
from digitforge.training.resumable import train, write_history

SETTINGS = ("seed", "budget", "max_epochs", "evaluation.likelihood.draws", "leave_one_out.model", "leave_one_out.fit")
CODE = ("digitforge.models.vae",)
WATCHERS = ("digitforge.tracking",)


def main(key: str) -> None:
    """Train without the digit and score the test split."""
    recipe = Recipe.read("leave_one_out", key)
    training, digit, seed = Training.of(recipe), int(key), recipe["seed"]
    folder = training.folder
    data = Dataset.read(training.mode, "x_train", "y_train", "x_test", "y_test")
    kept, seen, source = data["y_train"] != digit, data["y_test"] != digit, data.source.label
    if kept.all() or seen.all() or not (kept.any() and seen.any()):
        print(f"leave_one_out: nothing to leave out, or nothing left: {digit} is no digit of the data, or the only one")
        write_history(folder / "history.csv", [])
        files.write_npz(folder / "scores.npz")
        return
    learnt = rows(data["x_train"], kept)
    fit = Fit.model_validate(recipe["leave_one_out.fit"])
    with placed(fit):
        model = build(training.family, learnt.shape[1:], recipe["leave_one_out.model"], seed=seed)
    model.adapt(learnt)

    def save(history: list[Point]) -> None:
        write_history(folder / "history.csv", history)
        nats = image_nats(model, data["x_test"], recipe["evaluation.likelihood.draws"], seed)
        known, codes = (model.encode(images, seed)[0] for images in (learnt, data["x_test"]))
        files.write_npz(folder / "scores.npz", **nats, code_distance=neighbour_distance(known, codes))

    held_out = (data["x_test"][seen],)
    train(training, model, (learnt,), held_out, fit, save, source=source, watched=live(training, source))


if __name__ == "__main__":
    with user_errors():
        main(argument("a digit of leave_one_out.digits"))
