"""Stage `track`: complete the MLflow runs with metrics and figures, and restore those that never ran here.

A stage that came out of DVC's cache executed nothing, so it logged nothing: its run is made from the files. Running
this stage again changes nothing.
"""

import hashlib
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from stages.pipeline import files, tracking
from stages.pipeline.errors import user_errors
from stages.pipeline.fingerprint import fingerprint
from stages.pipeline.params import Params, load_params

Row = dict[str, float]
FIGURES = files.REPORTS / "figures"


def describe(stage: str, name: str, params: Params) -> tuple[dict[str, Any], dict[str, str]]:
    """Parameters and tags of a run, from params.yaml alone."""
    if stage == "train":
        variant = params.variant(name)
        logged = {"model": variant.model.model_dump(), "fit": variant.fit.model_dump()}
        tags = {"family": variant.family, "data": variant.data}
    else:
        logged, tags = params.verifier.model_dump(), {"family": "classifier", "data": "mono-float-complete"}
    return {**logged, "budget": params.budget, "seed": params.seed}, {**tags, "source": files.source_name()}


def mend(store: tracking.Store, run_id: str, stage: str, name: str, rows: list[Row], params: Params) -> None:
    """Give a run that is new, or whose logging broke off, what is in the files and it lacks."""
    logged, tags = describe(stage, name, params)
    store.log_params(run_id, logged)
    store.log_dataset(run_id, files.DATA / f"{tags['data']}.npz", tags["source"])
    there = {metric.step for metric in store.client.get_metric_history(run_id, "loss")}
    store.log_metrics(run_id, [row for row in rows if row["step"] not in there])
    store.set_tags(run_id, {"restored": "from files"})
    store.client.set_terminated(run_id)


def complete(store: tracking.Store, stage: str, name: str, history: Path, params: Params) -> None:
    """Bring one run up to date with the files; a run that already is stays as it is."""
    stage_hash = fingerprint(stage, name if stage == "train" else None)
    run = store.find(stage_hash)
    if run is None or run.info.status != "FINISHED":
        _, tags = describe(stage, name, params)
        run_id = store.open(name, tracking.standard_tags(stage, name, stage_hash, tags))
        rows = pd.read_csv(history).astype(float).to_dict("records")
        mend(store, run_id, stage, name, rows, params)  # type: ignore[arg-type]
        run = store.client.get_run(run_id)
    metrics = files.METRICS / f"{name}.json"
    figures = sorted(FIGURES.glob(f"{name}-*.png"))
    content = hashlib.sha256(b"".join(path.read_bytes() for path in (metrics, *figures))).hexdigest()
    if run.data.tags.get("completed_with") == content:
        return
    run_id = run.info.run_id
    # The verifier's live curve is called `accuracy` too: its result on the test split stands apart.
    prefix = "test." if stage == "verifier" else ""
    flat = tracking.flatten(files.read_json(metrics), prefix)
    store.log_metrics(run_id, [{"step": 0, **{k: v for k, v in flat.items() if isinstance(v, int | float)}}])
    for path in figures:
        store.client.log_artifact(run_id, str(path), "figures")
    store.client.log_artifact(run_id, str(metrics), "metrics")
    store.set_tags(run_id, {"completed_with": content})


def main() -> None:
    """Complete the runs of the verifier and of every variant."""
    params = load_params()
    jobs = [("verifier", "verifier", files.VERIFIER / "history.csv")]
    jobs += [("train", key, files.MODELS / key / "history.csv") for key in params.variants]
    try:
        store = tracking.Store(params.tracking.experiment)
        for job in jobs:
            complete(store, *job, params)
    except Exception as error:  # whatever MLflow, its server or its database can raise
        tracking.warn(error)
        print("WARNING: `dvc repro -f -s track` completes the runs once it can", file=sys.stderr)
        return
    print(f"track: {len(jobs)} runs complete in {tracking.tracking_uri()}")


if __name__ == "__main__":
    with user_errors():
        main()
