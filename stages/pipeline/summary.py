"""What `make repro` says at the end: where the report is, the headline numbers, what to try next."""

import pandas as pd

from stages.pipeline import files
from stages.pipeline.errors import user_errors
from stages.pipeline.params import load_params

# Columns of the table, and the metric that each shows.
COLUMNS = {
    "reconstructed": ("reconstruction", "accuracy"),
    "sampled": ("samples", "predictability"),
    "covered": ("samples", "coverage"),
    "ELBO (nats)": ("likelihood", "elbo_nats"),
    "AUROC": ("anomaly", "auroc"),
}


def main() -> None:
    """Print the summary."""
    params = load_params()
    verifier = files.read_json(files.METRICS / "verifier.json")
    rows = {}
    for key in params.variants:
        metrics = files.read_json(files.METRICS / f"{key}.json")
        rows[key] = {name: metrics.get(group, {}).get(metric) for name, (group, metric) in COLUMNS.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=float)
    print()
    if verifier["source"] != params.data.source:
        print(f"NOT {params.data.source}: no place had it, these numbers are of the stand-in `{verifier['source']}`.\n")
    print(f"Verifier: {verifier['accuracy']:.2%} of the {verifier['source']} test images right. Of the variants:\n")
    print(table.to_string(float_format="{:.3f}".format, na_rep="-"))
    print(f"\nReport:    {files.REPORTS / 'index.md'}")
    print("Look:      make ui                       every run, live, in MLflow on 127.0.0.1")
    print("Try next:  change variants.vae_tril.model.beta in params.yaml to 4, run `make repro` again,")
    print("           then `dvc metrics diff` (after `source .venv/bin/activate`) shows what it did")


if __name__ == "__main__":
    with user_errors():
        main()
