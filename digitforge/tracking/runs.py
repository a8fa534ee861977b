"""MLflow's runs. Only this file, `registry.py` and the served model, `digitforge/serving.py`, import mlflow.

A run that can't be logged costs one warning, never a trained model. Stages talk to a `Run`; everything goes
through MlflowClient, so no global "active run" exists.
"""

import hashlib
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any
from urllib.parse import quote

import requests
from filelock import FileLock

from digitforge import files
from digitforge.revision import git_commit
from digitforge.settings.params import Tracking
from digitforge.settings.recipe import Recipe
from digitforge.settings.seeds import row_of
from digitforge.settings.trainings import Training
from digitforge.tracking.moving import follow
from digitforge.wording import redacted

# A dead server must not hold up training: MLflow's own defaults wait for minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing leaves the machine unasked

ANSWER_SECONDS, SILENCE_SECONDS = 5, 300
BATCH = 1_000  # metrics that one request may carry
MAX_PARAM_LENGTH = 6_000
# Stages whose many runs would hide the others: the UI folds them under a parent run.
STUDIES = {
    "leave_one_out": "The same VAE, trained once without each digit: how well does it find the digit then?",
    "seeds": "Variants, trained again from other seeds: how much of a number is chance?",
}
PICTURES = "digits"  # the slider over training steps


def tracking_uri() -> str:
    """MLFLOW_TRACKING_URI if set, else an sqlite file in the main repository."""
    # SQLAlchemy takes %20 in a path for a space.
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{quote(str(database()))}"


def database() -> Path:
    """The store where MLFLOW_TRACKING_URI names none."""
    return files.main_repository() / "mlflow.db"


def artifacts() -> Path:
    """Where its artifacts are."""
    return files.main_repository() / "mlartifacts"


def ask(server: str, *, again: bool = False) -> None:
    """Raise ConnectionError unless a server answers. One that was silent is left in peace for five minutes, or `again`.

    So a silent server costs a run of the pipeline seconds, not seconds for each training.
    """
    silent = silence(server)
    if silent.exists() and not again:
        since = time.time() - silent.stat().st_mtime
        if since < SILENCE_SECONDS:
            raise ConnectionError(
                f"it was silent {since:.0f} s ago; it is asked again in {SILENCE_SECONDS - since:.0f} s"
            )
    came: Queue[Exception | None] = Queue()
    Thread(target=get_health, args=(server, came), daemon=True).start()
    try:
        error = came.get(timeout=2 * ANSWER_SECONDS)
    except Empty:
        error = TimeoutError()
    if error:
        silent.touch()
        raise ConnectionError(f"no answer ({type(error).__name__})")
    silent.unlink(missing_ok=True)


def get_health(server: str, came: "Queue[Exception | None]") -> None:
    """Ask a server for its health, and put None or what went wrong in a queue.

    A thread does it: `requests` waits for ever for an answer that comes byte by byte.
    """
    try:
        requests.get(f"{server.rstrip('/')}/health", timeout=ANSWER_SECONDS, stream=True).close()  # whatever it says
        came.put(None)
    except requests.RequestException as error:
        came.put(error)


def silence(server: str) -> Path:
    """The file that says since when a server is silent."""
    return files.scratch() / f"mlflow-silent-{hashlib.sha256(server.encode()).hexdigest()[:16]}"


def flatten(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mapping -> {"a.b.c": value}."""
    flat: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


class Store:
    """An experiment of an MLflow store, ready for use."""

    def __init__(self, experiment: str, *, again: bool = False) -> None:
        """`again`: ask a server that was silent a moment ago. Raises what MLflow raises, and ConnectionError."""
        ours = not os.environ.get("MLFLOW_TRACKING_URI")
        if tracking_uri().startswith("http"):
            ask(tracking_uri(), again=again)
        if ours and database().exists() and not os.access(database(), os.W_OK):
            raise PermissionError(f"{database()} can't be written")
        # Imported late: it takes seconds, and a stage that has nothing to log needs none of it.
        import mlflow.entities
        from mlflow import MlflowClient

        from digitforge.tracking.founding import found

        logging.getLogger("mlflow").setLevel(logging.CRITICAL)  # it logs tracebacks of errors that it raises as well
        self.entities = mlflow.entities
        # Processes that open a fresh sqlite store at once destroy each other's tables: one at a time.
        with FileLock(files.scratch() / "mlflow.lock"):
            for old in follow(database(), artifacts()) if ours else []:
                print(f"MLflow: the project was moved; what was in {old} is looked up in {artifacts().as_uri()}")
            if ours:
                found(database())
            self.client = MlflowClient(tracking_uri())
            known = self.client.get_experiment_by_name(experiment)
            if known is None:
                self.experiment_id = self.client.create_experiment(experiment, self._artifact_location())
            elif known.lifecycle_stage == "deleted":
                self.client.restore_experiment(known.experiment_id)
                self.experiment_id = known.experiment_id
            else:
                self.experiment_id = known.experiment_id

    @staticmethod
    def _artifact_location() -> str | None:
        """Absolute, so that runs from temporary workspaces outlive them; a server chooses its own."""
        if tracking_uri().startswith("http"):
            return None
        return artifacts().as_uri()

    def runs(self, fingerprint: str) -> list[Any]:
        """The runs of a training by its fingerprint, the newest first."""
        return self.client.search_runs(
            [self.experiment_id], f"tags.fingerprint = '{fingerprint}'", order_by=["attributes.start_time DESC"]
        )

    def open(self, training: Training, source: str) -> str:
        """Go on with the unfinished run of a training on the data set `source`, or create one -> run id."""
        fingerprint = training.fingerprint
        found = self.runs(fingerprint)
        if found and found[0].info.status == "RUNNING":
            return found[0].info.run_id
        tags = standard_tags(training, fingerprint) | {"source": source}
        if study := study_of(training):
            tags["mlflow.parentRunId"] = self.parent(study)
        return self.client.create_run(self.experiment_id, tags=tags, run_name=training.name).info.run_id

    def describe(self, run_id: str, training: Training, source: str) -> None:
        """Log a training's settings, its recipe and its data."""
        self.log_params(run_id, training.logged)
        self.log_dataset(run_id, training.data, source)
        recipe = training.recipe
        self.client.log_dict(run_id, recipe.to_json(), "recipe.json")

    def parent(self, study: str) -> str:
        """The run under which the UI folds those of a study -> run id."""
        with FileLock(files.scratch() / "mlflow.lock"):
            found = self.client.search_runs([self.experiment_id], f"tags.study = '{study}'", max_results=1)
            if found:
                return found[0].info.run_id
            tags = {"study": study, "mlflow.note.content": STUDIES[study]}
            run_id = self.client.create_run(self.experiment_id, tags=tags, run_name=study).info.run_id
            self.client.set_terminated(run_id)
            return run_id

    def log_dataset(self, run_id: str, path: Path, source: str) -> None:
        """Attach a data file as the run's input, with a digest of its bytes."""
        digest = files.sha256(path)[:12]
        dataset = self.entities.Dataset(
            name=f"{source}/{path.stem}", digest=digest, source_type="local", source=f'{{"uri": "{path}"}}'
        )
        tags = [self.entities.InputTag("mlflow.data.context", "training")]
        self.client.log_inputs(run_id, [self.entities.DatasetInput(dataset, tags)])

    def log_metrics(self, run_id: str, rows: list[dict[str, float]]) -> None:
        """Log rows {"step": s, name: value, ...} in few requests."""
        now = int(time.time() * 1000)
        found = [
            self.entities.Metric(name, float(value), now, int(row["step"]))
            for row in rows
            for name, value in row.items()
            if name != "step"
        ]
        for start in range(0, len(found), BATCH):
            self.client.log_batch(run_id, metrics=found[start : start + BATCH])

    def log_params(self, run_id: str, params: Mapping[str, Any]) -> None:
        """Log nested parameters with dotted names."""
        flat = flatten(params)
        found = [self.entities.Param(name, str(value)[:MAX_PARAM_LENGTH]) for name, value in flat.items()]
        self.client.log_batch(run_id, params=found)

    def log_pictures(self, run_id: str, pictures: Mapping[int, Any]) -> None:
        """Log {step: uint8 [H, W, 3]}, which the UI shows as a slider; a step that has a picture keeps it."""
        names = [Path(file.path).name.split("+") for file in self.client.list_artifacts(run_id, "images")]
        there = {int(parts[2]) for parts in names if parts[:2] == [PICTURES, "step"]}
        for step in sorted(pictures.keys() - there):
            self.client.log_image(run_id, pictures[step], key=PICTURES, step=step)

    def watch_system(self, run_id: str) -> Any:
        """Log the machine's load from a thread of its own, until `finish()` is called on what this returns."""
        from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

        monitor = SystemMetricsMonitor(run_id, resume_logging=True, tracking_uri=tracking_uri())
        monitor.start()
        return monitor

    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set tags in one request."""
        self.client.log_batch(run_id, tags=[self.entities.RunTag(name, value) for name, value in tags.items()])


def warn(error: Exception) -> None:
    """Say in one line that MLflow can't be used."""
    reason = " ".join(str(error).split())[:300]
    line = f"WARNING: MLflow at {tracking_uri()} can't be used, going on without it: {reason}"
    print(redacted(line), file=sys.stderr)


class Run:
    """A run that never raises: the first failure prints a warning and turns logging off."""

    def __init__(self) -> None:
        self.store: Store | None = None
        self.run_id = ""
        self.monitor: Any = None  # of the machine's load

    def attempt(self, action: Callable[[], None]) -> None:
        """Do something with MLflow; on any failure go on without it."""
        try:
            action()
        except Exception as error:  # whatever MLflow, its server or its database can raise
            self.store = None
            warn(error)
            if "failed with exception" in str(error):  # MLflow's words for a server that it can't reach
                silence(tracking_uri()).touch()

    def log_row(self, row: dict[str, float]) -> None:
        """Log one point of the curves."""
        store = self.store
        if store is not None:
            self.attempt(lambda: store.log_metrics(self.run_id, [row]))

    def log_picture(self, picture: Any, step: int) -> None:
        """Log a picture, uint8 [H, W, 3], of a step."""
        store = self.store
        if store is not None:
            self.attempt(lambda: store.log_pictures(self.run_id, {step: picture}))

    def finish(self, status: str, tags: Mapping[str, str]) -> None:
        """End the run as FINISHED or FAILED."""
        store = self.store

        def end() -> None:
            assert store is not None
            store.set_tags(self.run_id, tags)
            store.client.set_terminated(self.run_id, status)

        if self.monitor is not None:
            self.monitor.finish()
        if store is not None:
            self.attempt(end)


def dvc_experiment() -> str:
    """The name of the DVC experiment that this process works for, or ""."""
    return os.environ.get("DVC_EXP_NAME", "")


def study_of(training: Training) -> str | None:
    """The one of STUDIES that a training belongs to, if any."""
    study = "seeds" if row_of(training.name) != training.name else training.recipe.stage
    return study if study in STUDIES else None


def standard_tags(training: Training, fingerprint: str) -> dict[str, str]:
    """The tags that every run carries."""
    experiment, stage = dvc_experiment(), training.recipe.stage
    return {
        "stage": stage,
        "variant": row_of(training.name),
        "seed": str(training.recipe["seed"]),
        "fingerprint": fingerprint,
        "mlflow.source.git.commit": git_commit(),
        "mlflow.source.name": f"stages/{stage}.py",
        "mlflow.source.type": "LOCAL",
        **({"dvc_experiment": experiment} if experiment else {}),
        **training.tags,
    }


@contextmanager
def live(training: Training, source: str) -> Iterator[Run]:
    """Track a training live. `source` names the data set; an interrupted run is continued by its rerun.

    `tracking` of params.yaml is read from the recipe of stage `track`, so that an edit of it retrains nothing.
    """
    tracked = Run()

    def start() -> None:
        settings = Tracking.model_validate(Recipe.read("track")["tracking"])
        store = Store(settings.experiment)
        tracked.run_id = store.open(training, source)
        tracked.store = store
        store.describe(tracked.run_id, training, source)
        if settings.system_metrics:
            tracked.monitor = store.watch_system(tracked.run_id)

    tracked.attempt(start)
    began = time.monotonic()
    try:
        yield tracked
    except Exception:
        tracked.finish("FAILED", {})
        raise
    tracked.finish("FINISHED", {"training_seconds": f"{time.monotonic() - began:.0f}"})
