"""Stage `train KEY`: one variant -> weights, configuration, training curves and what it drew over its training."""

from digitforge import files
from digitforge.data.album import Album
from digitforge.data.dataset import Dataset
from digitforge.data.subsets import one_of_each
from digitforge.errors import argument, user_errors
from digitforge.models import build
from digitforge.models.snapshots import snapshots
from digitforge.settings.fit import Fit
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import Training
from digitforge.tracking.runs import live
from digitforge.training.callbacks import Point
from digitforge.training.device import placed, spread_over_cores
from digitforge.training.fit import save_weights
from digitforge.training.resumable import train, write_history

SETTINGS = (
    "seed",
    "budget",
    "max_epochs",
    "data.missing_digit",
    "variant.family",
    "variant.data",
    "variant.model",
    "variant.fit",
)
CODE = ("digitforge.models.{variant.family}",)
WATCHERS = ("digitforge.tracking",)


def main(key: str) -> None:
    """Write artifacts/models/KEY: model.weights.h5, config.json, history.csv and album.npz."""
    recipe = Recipe.read("train", key)
    family, settings, fit = recipe["variant.family"], recipe["variant.model"], Fit.model_validate(recipe["variant.fit"])
    spread_over_cores(fit.batch)
    data = Dataset.read(Training.of(recipe).mode, "x_train", "y_train", "x_test", "y_test")
    with placed(fit):
        model = build(family, data["x_train"].shape[1:], settings, classes=data.class_count, seed=recipe["seed"])
    model.adapt(data["x_train"], data["y_train"])
    album = Album(snapshots(model, data["x_test"][one_of_each(data["y_test"], data.digits_per_image)], recipe["seed"]))
    seen, names = data.known(recipe["data.missing_digit"]), ("x", "y")[: 1 + model.needs_labels]
    arrays, held_out = tuple(data[f"{n}_train"] for n in names), tuple(data[f"{n}_test"][seen] for n in names)

    def save(history: list[Point]) -> None:
        folder, about = files.MODELS / key, {"data": str(data.mode), "classes": data.class_count}
        config = {"family": family, **about, "shape": model.image_shape, "model": settings}
        save_weights(model, folder / "model.weights.h5")
        files.write_json(folder / "config.json", {**config, "weights": model.count_params()})
        write_history(folder / "history.csv", history)
        album.save(folder / "album.npz")

    training, source = Training.of(recipe), data.source.label
    train(training, model, arrays, held_out, fit, save, source=source, watched=live(training, source), album=album)


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
