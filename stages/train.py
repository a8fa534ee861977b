"""Stage `train KEY`: one variant -> weights, configuration, training curves and what it drew over its training."""

from digitforge.tracking.training import train_tracked, write_history

from digitforge import files
from digitforge.data.album import Album
from digitforge.data.dataset import Dataset
from digitforge.errors import argument, user_errors
from digitforge.models import build
from digitforge.models.snapshots import one_of_each, snapshots
from digitforge.settings.params import load_params
from digitforge.training.callbacks import Row
from digitforge.training.device import spread_over_cores
from digitforge.training.fit import save_weights

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
    params = load_params()
    variant = params.variant(key)
    spread_over_cores(variant.fit.batch)
    data = Dataset.read(variant.data, "x_train", "y_train", "x_test", "y_test")
    seen = data.known(params.data.missing_digit)
    shape, arguments = data["x_train"].shape[1:], variant.model.model_dump()
    model = build(variant.family, shape, arguments, seed=params.seed)
    model.adapt(data["x_train"])
    album = Album(snapshots(model, one_of_each(data["x_test"], data["y_test"]), params.seed))
    names = ("x", "y") if model.needs_labels else ("x",)
    train, held_out = (tuple(data[f"{name}_{split}"] for name in names) for split in ("train", "test"))

    def save(history: list[Row]) -> None:
        folder = files.MODELS / key
        config = {
            "family": variant.family,
            "data": str(variant.data),
            "shape": shape,
            "model": arguments,
            "weights": model.count_params(),
        }
        save_weights(model, folder / "model.weights.h5")
        files.write_json(folder / "config.json", config)
        write_history(folder / "history.csv", history)
        album.save(folder / "album.npz")

    train_tracked(
        model,
        train,
        tuple(array[seen] for array in held_out),
        params=params,
        stage="train",
        key=key,
        name=key,
        settings=variant.fit,
        logged={"model": arguments, "fit": variant.fit.model_dump()},
        tags={"family": variant.family, "data": str(variant.data)},
        data=data,
        save=save,
        album=album,
    )


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
