"""Stage `track`: complete the MLflow runs with metrics and figures, and restore those that never ran here.

A stage that came out of DVC's cache executed nothing, so it logged nothing: its run is made from the files. Trained
variants become registered models. Running this stage again changes nothing. Writes artifacts/tracked.json, the runs'
names.
"""

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from filelock import FileLock

from digitforge import files
from digitforge.data import album
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.errors import user_errors
from digitforge.packing import pack
from digitforge.settings.params import LEFT_OUT_DATA, LEFT_OUT_FAMILY, Params, load_params
from digitforge.tracking import runs
from digitforge.tracking.champions import champions
from digitforge.tracking.fingerprint import fingerprint
from digitforge.tracking.registry import SCRIPT, Entry, Registry, requirements

FIGURES = files.REPORTS / "figures"
CARDS = files.REPORTS / "cards"
TRACKED = Path("artifacts/tracked.json")


class Job(NamedTuple):
    """A training: its stage (`stage@key`), its run's name and title, parameters and tags, and its folder of files."""

    stage: str
    key: str | None
    name: str
    title: str
    logged: dict[str, Any]
    tags: dict[str, str]
    folder: Path
    metrics: list[Path]  # the first one's numbers are logged, all of them attached


def jobs(params: Params) -> list[Job]:
    """Every training of the pipeline."""
    tags = {"family": "classifier", "data": "mono-float-complete"}
    metrics = [files.METRICS / "verifier.json"]
    title = "The classifier that judges every image"
    found = [Job("verifier", None, "verifier", title, params.verifier.model_dump(), tags, files.VERIFIER, metrics)]
    for key, row in params.variants.items():
        logged = {"model": row.model.model_dump(), "fit": row.fit.model_dump()}
        metrics = [files.METRICS / f"{key}.json", files.METRICS / f"{key}.details.json"]
        tags = {"family": row.family, "data": str(row.data)}
        found.append(Job("train", key, key, row.title, logged, tags, files.MODELS / key, metrics))
    for digit in params.leave_one_out.digits:
        key, logged = str(digit), params.leave_one_out.logged(digit)
        metrics = [files.METRICS / "leave_one_out" / f"{key}.json"]
        tags = {"family": LEFT_OUT_FAMILY, "data": str(LEFT_OUT_DATA)}
        if files.read_json(metrics[0])["scores"]:  # else the data has no such digit, and nothing was trained
            folder = files.LEAVE_ONE_OUT / key
            title = f"Never saw a {digit}"
            found.append(Job("leave_one_out", key, f"leave_one_out_{key}", title, logged, tags, folder, metrics))
    return found


def mend(store: runs.Store, run_id: str, job: Job, params: Params) -> None:
    """Give a run that is new, or whose logging broke off, what is in the files and it lacks."""
    store.log_params(run_id, {**job.logged, "budget": params.budget, "seed": params.seed})
    store.log_dataset(run_id, Dataset.path(Mode.parse(job.tags["data"])), SourceFacts.read().label)
    there = {metric.step for metric in store.client.get_metric_history(run_id, "loss")}
    rows = pd.read_csv(job.folder / "history.csv").astype(float).to_dict("records")
    store.log_metrics(run_id, [row for row in rows if row["step"] not in there])  # type: ignore[misc]
    if job.stage == "train":
        moments = album.read(job.folder / "album.npz")
        store.log_pictures(run_id, {step: album.picture(images) for step, images in moments.items()})
    store.set_tags(run_id, {"restored": "from files"})
    store.client.set_terminated(run_id)


def headline(job: Job) -> dict[str, float]:
    """The numbers that the run gets, as GROUP/NAME, by which the UI sorts charts; no half-widths of intervals."""
    # The verifier's live curve is called `accuracy` too: its result on the test split stands apart.
    flat = runs.flatten(files.read_json(job.metrics[0]), "test." if job.stage == "verifier" else "")
    numbers = {name: value for name, value in flat.items() if isinstance(value, int | float)}
    kept = {name.removesuffix(".value"): value for name, value in numbers.items() if not name.endswith(".ci95")}
    return {name.replace(".", "/"): value for name, value in kept.items()}


def complete(store: runs.Store, job: Job, params: Params) -> None:
    """Bring one run up to date with the files; a run that already is stays as it is.

    A DVC experiment that only measures a training otherwise has a run of its own, and leaves the other as it is.
    """
    stage_hash = fingerprint(job.stage, job.key)
    # The card's links, ../figures/NAME, hold in these folders too.
    attached = {
        "figures": sorted(FIGURES.glob(f"{job.name}-*.png")),
        "metrics": job.metrics,
        "cards": sorted(CARDS.glob(f"{job.name}.md")),
    }
    parts = [path.read_bytes() for paths in attached.values() for path in paths]
    content = hashlib.sha256(b"".join([job.title.encode(), *parts])).hexdigest()
    known = store.runs(stage_hash)
    own = [run for run in known if run.data.tags.get("dvc_experiment", "") == runs.dvc_experiment()]
    if content in [run.data.tags.get("completed_with") for run in own[:1] or known]:
        return
    if own and own[0].info.status == "FINISHED":
        run_id = own[0].info.run_id
    else:
        run_id = store.open(job.stage, job.name, stage_hash, {**job.tags, "source": SourceFacts.read().label})
        mend(store, run_id, job, params)
    store.log_metrics(run_id, [{"step": 0, **headline(job)}])
    for folder, paths in attached.items():
        for path in paths:
            store.client.log_artifact(run_id, str(path), folder)
    store.set_tags(run_id, {"mlflow.note.content": job.title, "completed_with": content})


def register(store: runs.Store, params: Params) -> None:
    """Register each trained variant that isn't registered yet, and name the champions, unless for an experiment."""
    registry, versions = Registry(store), {}
    for key, row in params.variants.items():
        with tempfile.TemporaryDirectory() as folder:
            pack(key, params, Path(folder))
            content = content_of(Path(folder))
            version = registry.version(key, content)
            if version is None:
                run = store.runs(fingerprint("train", key))[0]  # `complete` was there
                image = Dataset.read(row.data, "x_test")["x_test"][0]
                entry = Entry(key, content, row.title, {"family": row.family, "data": str(row.data)}, image)
                version = registry.add(entry, run.info.run_id, Path(folder))
        versions[key] = version
    if not runs.dvc_experiment():
        registry.crown({key: versions[key] for key in champions(params).values()})


def content_of(folder: Path) -> str:
    """A hash of what a served model is: its packed files, the package that serves them, and its requirements."""
    found = hashlib.sha256(" ".join(requirements()).encode())
    packed = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in (*sorted(Path(SCRIPT).parent.glob("*.py")), *packed):
        found.update(path.read_bytes())
    return found.hexdigest()


def main() -> None:
    """Complete the runs of the verifier, of every variant and of the leave-one-out study; register the variants."""
    params = load_params()
    trainings = jobs(params)
    files.write_json(TRACKED, {"runs": [job.name for job in trainings]})
    try:
        store = runs.Store(params.tracking.experiment)
        for job in trainings:
            complete(store, job, params)
        with FileLock(files.scratch() / "registry.lock"):  # workers of DVC's queue may be here at once
            register(store, params)
    except Exception as error:  # whatever MLflow, its server or its database can raise
        runs.warn(error)
        print("WARNING: `dvc repro -f -s track` completes runs and models once it can", file=sys.stderr)
        return
    print(f"track: {len(trainings)} runs complete, {len(params.variants)} models registered in {runs.tracking_uri()}")


if __name__ == "__main__":
    with user_errors():
        main()
