"""What `make repro` says at the end: where the report is, the main numbers, what to try next."""

import pandas as pd

from digitforge import files
from digitforge.data.raw import SourceFacts
from digitforge.errors import user_errors
from digitforge.metrics.catalogue import metric
from digitforge.settings.params import load_params

# Columns of the table, and the metric that each shows.
COLUMNS = {
    "recognised": metric("samples.recognised"),
    "reconstructed": metric("reconstruction.right"),
    "recall": metric("samples.recall"),
    "NLL (nats)": metric("likelihood.nll_nats"),
    "AUROC": metric("anomaly.auroc"),
}
VERIFIER = metric("verifier.accuracy")


def in_a_line(key: str) -> str:
    """The main numbers of a variant: "recognised 0.953, recall 0.871"."""
    metrics = files.read_json(files.METRICS / f"{key}.json")
    found = {title: shown.within(metrics) for title, shown in COLUMNS.items()}
    return ", ".join(f"{title} {value:.3f}" for title, value in found.items() if value is not None)


def main() -> None:
    """Print the summary."""
    params = load_params()
    verifier = files.read_json(files.METRICS / "verifier" / "strict.json")
    real = files.read_json(files.METRICS / "judge.json")["real"]["float"]["recognised"]
    rows = {}
    for key in params.variants:
        metrics = files.read_json(files.METRICS / f"{key}.json")
        rows[key] = {title: shown.within(metrics) for title, shown in COLUMNS.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=float)
    print()
    source = SourceFacts.read()
    if source.stand_in_for:
        print(f"NOT {source.stand_in_for}: these numbers are of {source.label}.")
        print("Once a place has it, `dvc repro -f download && dvc repro` brings it in.\n")
    print(f"Verifier: {verifier[VERIFIER.name]:.2%} of the test images right, {real:.1%} of them recognised.")
    print("Of the variants:\n")
    print(table.to_string(float_format="{:.3f}".format, na_rep="-"))
    first = next(iter(params.variants))
    print(f"\nReport:    {files.REPORTS / 'index.html'}   opens in any browser; {files.REPORTS / 'index.md'}")
    print("Look:      make ui                  every training in MLflow, on 127.0.0.1")
    print(f"Try next:  change variants.{first}.model.code in params.yaml, run `make repro` again, and")
    print("           `source .venv/bin/activate; dvc metrics diff` shows what it did")


if __name__ == "__main__":
    with user_errors():
        main()
