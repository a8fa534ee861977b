"""Stage `leave_one_out DIGIT`: a VAE trained without a digit, and what it says of every test image.

Writes artifacts/leave_one_out/DIGIT/history.csv, and scores.npz with the arrays [N] of `scoring.image_nats` and
the distance of codes from training codes, over the test split. Both are empty where the data has no such digit.
"""

from digitforge.tracking.training import train_tracked, write_history

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.errors import argument, user_errors
from digitforge.metrics.anomaly import neighbour_distance
from digitforge.models import build
from digitforge.models.scoring import image_nats
from digitforge.settings.params import LEFT_OUT_DATA, LEFT_OUT_FAMILY, load_params
from digitforge.training.callbacks import Row

SETTINGS = (
    "seed",
    "budget",
    "max_epochs",
    "evaluation.likelihood.draws",
    "leave_one_out.model",
    "leave_one_out.fit",
)
CODE = ("digitforge.models.vae",)
WATCHERS = ("digitforge.tracking",)


def main(text: str) -> None:
    """Train without the digit and score the test split."""
    params = load_params()
    digit, study, folder = params.leave_one_out.digit(text), params.leave_one_out, files.LEAVE_ONE_OUT / text
    data = Dataset.read(LEFT_OUT_DATA, "x_train", "y_train", "x_test", "y_test")
    kept, seen = data["y_train"] != digit, data["y_test"] != digit
    if kept.all() or seen.all() or not (kept.any() and seen.any()):
        print(f"leave_one_out: nothing to leave out, or nothing left: {digit} is no digit of the data, or the only one")
        write_history(folder / "history.csv", [])
        files.write_npz(folder / "scores.npz")
        return
    model = build(LEFT_OUT_FAMILY, data["x_train"].shape[1:], study.model.model_dump(), seed=params.seed)
    model.adapt(data["x_train"][kept])

    def save(history: list[Row]) -> None:
        write_history(folder / "history.csv", history)
        nats = image_nats(model, data["x_test"], params.evaluation.likelihood.draws, params.seed)
        training, codes = (model.encode(images, params.seed)[0] for images in (data["x_train"][kept], data["x_test"]))
        nats["code_distance"] = neighbour_distance(training, codes)
        files.write_npz(folder / "scores.npz", **nats)

    train_tracked(
        model,
        (data["x_train"][kept],),
        (data["x_test"][seen],),
        params=params,
        stage="leave_one_out",
        key=text,
        name=f"leave_one_out_{digit}",
        settings=study.fit,
        logged=study.logged(digit),
        tags={"family": LEFT_OUT_FAMILY, "data": str(LEFT_OUT_DATA)},
        data=data,
        save=save,
    )


if __name__ == "__main__":
    with user_errors():
        main(argument("a digit of leave_one_out.digits"))
