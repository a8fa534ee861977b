"""Stage `leave_one_out DIGIT`: how well a VAE trained without a digit tells that digit from the others.

Writes artifacts/leave_one_out/DIGIT/history.csv, and reports/metrics/leave_one_out/DIGIT.json with the detection
metrics of every score over the whole test split.
"""

from stages.metrics.anomaly import detection_metrics
from stages.metrics.intervals import plain
from stages.models import build
from stages.models.scoring import image_nats
from stages.pipeline import files
from stages.pipeline.errors import UserError, argument, user_errors
from stages.pipeline.params import Params, load_params
from stages.protocol.anomaly import scores
from stages.training.callbacks import Row
from stages.training.tracked import train_tracked, write_history

DATA = files.DATA / "mono-binary-complete.npz"
FAMILY = "vae"


def chosen_digit(text: str, params: Params) -> int:
    """The digit of the command line; raises UserError for one that the study doesn't have."""
    if text not in {str(digit) for digit in params.leave_one_out.digits}:
        raise UserError(f"leave_one_out: received {text!r}; accepted: one of {params.leave_one_out.digits}")
    return int(text)


def main(text: str) -> None:
    """Train without the digit, score the test split, write what the scores are worth."""
    params = load_params()
    digit, study = chosen_digit(text, params), params.leave_one_out
    data = files.read_npz(DATA)
    kept, seen = data["y_train"] != digit, data["y_test"] != digit
    model = build(FAMILY, data["x_train"].shape[1:], study.model.model_dump(), seed=params.seed)

    def save(history: list[Row]) -> None:
        nats = image_nats(model, data["x_test"], params.evaluation.likelihood.draws, params.seed)
        table = {name: detection_metrics(values, ~seen) for name, values in scores(nats).items()}
        write_history(files.LEAVE_ONE_OUT / text / "history.csv", history)
        files.write_json(files.METRICS / "leave_one_out" / f"{digit}.json", plain(table))
        found = ", ".join(f"{name} {metrics['auroc'].value:.3f}" for name, metrics in table.items())
        print(f"without {digit}: AUROC {found}")

    train_tracked(
        model,
        (data["x_train"][kept],),
        (data["x_test"][seen],),
        params=params,
        stage="leave_one_out",
        key=text,
        name=f"leave_one_out_{digit}",
        settings=study.fit,
        logged={"model": study.model.model_dump(), "fit": study.fit.model_dump(), "study": {"digit": digit}},
        tags={"family": FAMILY, "data": DATA.stem},
        data=DATA,
        save=save,
    )


if __name__ == "__main__":
    with user_errors():
        main(argument("a digit of leave_one_out.digits"))
