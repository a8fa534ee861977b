"""Stage `track`: complete the MLflow runs with metrics and figures, and restore those that never ran here.

A stage that came out of DVC's cache executed nothing, so it logged nothing: its run is made from the files. Running
this stage again changes nothing.
"""

import hashlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from stages.pipeline import files, tracking
from stages.pipeline.errors import user_errors
from stages.pipeline.fingerprint import fingerprint
from stages.pipeline.params import LEFT_OUT_DATA, LEFT_OUT_FAMILY, Params, load_params

FIGURES = files.REPORTS / "figures"


class Job(NamedTuple):
    """A training: its stage (`stage@key`), its run's name, parameters and tags, and its folder of files."""

    stage: str
    key: str | None
    name: str
    logged: dict[str, Any]
    tags: dict[str, str]
    folder: Path
    metrics: list[Path]  # the first one's numbers are logged, all of them attached


def jobs(params: Params) -> list[Job]:
    """Every training of the pipeline."""
    tags = {"family": "classifier", "data": "mono-float-complete"}
    metrics = [files.METRICS / "verifier.json"]
    found = [Job("verifier", None, "verifier", params.verifier.model_dump(), tags, files.VERIFIER, metrics)]
    for key, row in params.variants.items():
        logged = {"model": row.model.model_dump(), "fit": row.fit.model_dump()}
        metrics = [files.METRICS / f"{key}.json", files.METRICS / f"{key}.details.json"]
        tags = {"family": row.family, "data": row.data}
        found.append(Job("train", key, key, logged, tags, files.MODELS / key, metrics))
    for digit in params.leave_one_out.digits:
        key, logged = str(digit), params.leave_one_out.logged(digit)
        metrics = [files.METRICS / "leave_one_out" / f"{key}.json"]
        tags = {"family": LEFT_OUT_FAMILY, "data": LEFT_OUT_DATA}
        if files.read_json(metrics[0])["scores"]:  # else the data has no such digit, and nothing was trained
            folder = files.LEAVE_ONE_OUT / key
            found.append(Job("leave_one_out", key, f"leave_one_out_{key}", logged, tags, folder, metrics))
    return found


def mend(store: tracking.Store, run_id: str, job: Job, params: Params) -> None:
    """Give a run that is new, or whose logging broke off, what is in the files and it lacks."""
    store.log_params(run_id, {**job.logged, "budget": params.budget, "seed": params.seed})
    store.log_dataset(run_id, files.DATA / f"{job.tags['data']}.npz", files.source_name())
    there = {metric.step for metric in store.client.get_metric_history(run_id, "loss")}
    rows = pd.read_csv(job.folder / "history.csv").astype(float).to_dict("records")
    store.log_metrics(run_id, [row for row in rows if row["step"] not in there])  # type: ignore[misc]
    store.set_tags(run_id, {"restored": "from files"})
    store.client.set_terminated(run_id)


def headline(job: Job) -> dict[str, float]:
    """The numbers that the run gets, by dotted names; an interval's half-width isn't one of them."""
    # The verifier's live curve is called `accuracy` too: its result on the test split stands apart.
    flat = tracking.flatten(files.read_json(job.metrics[0]), "test." if job.stage == "verifier" else "")
    numbers = {name: value for name, value in flat.items() if isinstance(value, int | float)}
    return {name.removesuffix(".value"): value for name, value in numbers.items() if not name.endswith(".ci95")}


def complete(store: tracking.Store, job: Job, params: Params) -> None:
    """Bring one run up to date with the files; a run that already is stays as it is."""
    stage_hash = fingerprint(job.stage, job.key)
    run = store.find(stage_hash)
    if run is None or run.info.status != "FINISHED":
        tags = {**job.tags, "source": files.source_name()}
        run_id = store.open(job.name, tracking.standard_tags(job.stage, job.name, stage_hash, tags))
        mend(store, run_id, job, params)
        run = store.client.get_run(run_id)
    figures = sorted(FIGURES.glob(f"{job.name}-*.png"))
    content = hashlib.sha256(b"".join(path.read_bytes() for path in (*job.metrics, *figures))).hexdigest()
    if run.data.tags.get("completed_with") == content:
        return
    run_id = run.info.run_id
    store.log_metrics(run_id, [{"step": 0, **headline(job)}])
    for folder, paths in (("figures", figures), ("metrics", job.metrics)):
        for path in paths:
            store.client.log_artifact(run_id, str(path), folder)
    store.set_tags(run_id, {"completed_with": content})


def main() -> None:
    """Complete the runs of the verifier, of every variant and of the leave-one-out study."""
    params = load_params()
    trainings = jobs(params)
    try:
        store = tracking.Store(params.tracking.experiment)
        for job in trainings:
            complete(store, job, params)
    except Exception as error:  # whatever MLflow, its server or its database can raise
        tracking.warn(error)
        print("WARNING: `dvc repro -f -s track` completes the runs once it can", file=sys.stderr)
        return
    print(f"track: {len(trainings)} runs complete in {tracking.tracking_uri()}")


if __name__ == "__main__":
    with user_errors():
        main()
