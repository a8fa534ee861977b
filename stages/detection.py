"""Stage `detection DIGIT`: how well a VAE that never saw a digit tells it from the others.

Writes reports/metrics/leave_one_out/DIGIT.json: the detection metrics of every score over the whole test split.
"""

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.errors import argument, user_errors
from digitforge.metrics.anomaly import detection_metrics
from digitforge.metrics.intervals import plain
from digitforge.protocol.anomaly import scores
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import LEFT_OUT

SETTINGS = ()


def main(key: str) -> None:
    """Measure the scores of stage `leave_one_out`; none where the data has no such digit."""
    digit = int(str(Recipe.read("detection", key).key))
    data = Dataset.read(LEFT_OUT, "y_test")
    nats = files.read_npz(files.LEAVE_ONE_OUT / key / "scores.npz")
    found = scores(nats) if nats else {}
    table = {name: detection_metrics(values, data["y_test"] == digit) for name, values in found.items()}
    path = files.METRICS / "leave_one_out" / f"{key}.json"
    files.write_json(path, {"source": data.source.label, "scores": plain(table)})
    shown = ", ".join(f"{name} {metrics['auroc'].value:.3f}" for name, metrics in table.items())
    print(f"without {digit}: AUROC {shown or 'of nothing'}")


if __name__ == "__main__":
    with user_errors():
        main(argument("a digit of leave_one_out.digits"))
