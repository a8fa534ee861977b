"""Stage `track`: complete the MLflow runs with metrics and figures, and restore those that never ran here.

A stage that came out of DVC's cache executed nothing, so it logged nothing: its run is made from the files. Running
this stage again changes nothing.
"""

import hashlib
import sys
from pathlib import Path

import pandas as pd

from stages.pipeline import files, tracking
from stages.pipeline.errors import user_errors
from stages.pipeline.fingerprint import fingerprint
from stages.pipeline.params import Params, load_params

FIGURES = files.REPORTS / "figures"


def restore(store: tracking.Store, stage: str, name: str, stage_hash: str, history: Path, params: Params) -> str:
    """Make a run from files alone -> run id."""
    if stage == "train":
        variant = params.variant(name)
        logged = {"model": variant.model.model_dump(), "fit": variant.fit.model_dump()}
        tags = {"family": variant.family, "data": variant.data}
    else:
        logged, tags = params.verifier.model_dump(), {"family": "classifier", "data": "mono-float-complete"}
    tags |= {"source": files.source_name(), "restored": "from files"}
    run_id = store.open(name, tracking.standard_tags(stage, name, stage_hash, tags))
    store.log_params(run_id, {**logged, "budget": params.budget, "seed": params.seed})
    store.log_dataset(run_id, files.DATA / f"{tags['data']}.npz", tags["source"])
    rows = pd.read_csv(history).to_dict("records")
    store.log_metrics(run_id, [{str(k): float(v) for k, v in row.items()} for row in rows])
    store.client.set_terminated(run_id)
    return run_id


def complete(store: tracking.Store, stage: str, name: str, history: Path, params: Params) -> None:
    """Bring one run up to date with the files; a run that already is stays as it is."""
    stage_hash = fingerprint(stage, name if stage == "train" else None)
    metrics = files.METRICS / f"{name}.json"
    figures = sorted(FIGURES.glob(f"{name}-*.png"))
    content = hashlib.sha256(b"".join(path.read_bytes() for path in (metrics, *figures))).hexdigest()
    run = store.find(stage_hash)
    if run is None:
        run_id = restore(store, stage, name, stage_hash, history, params)
    elif run.data.tags.get("completed_with") == content:
        return
    else:
        run_id = run.info.run_id
    flat = tracking.flatten(files.read_json(metrics))
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
