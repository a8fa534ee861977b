"""A tuning study in MLflow: a parent run, and below it a run for each trial."""

from collections.abc import Mapping
from typing import Any

from digitforge.revision import git_commit
from digitforge.tracking.runs import Run, Store

Metrics = Mapping[str, float]


class StudyRun(Run):
    """The parent run of a study, which a later call of it goes on with. It never raises, as every `Run`."""

    def __init__(self, experiment: str, key: str, fingerprint: str, about: Mapping[str, Any]) -> None:
        """key: of the row; about: what was searched, shown as parameters."""
        super().__init__()
        self.key = key

        def start() -> None:
            store = Store(experiment)
            found = store.runs(fingerprint)
            if found:
                self.run_id = found[0].info.run_id
                store.client.update_run(self.run_id, "RUNNING")
            else:
                tags = self.tags() | {"stage": "tune", "fingerprint": fingerprint}
                made = store.client.create_run(store.experiment_id, tags=tags, run_name=f"tune {key}")
                self.run_id = made.info.run_id
                store.log_params(self.run_id, about)
            self.store = store

        self.attempt(start)

    def tags(self) -> dict[str, str]:
        """Tags of the study and of its trials. `variant` is left out: these models are not that of the row."""
        return {"tuned": self.key, "mlflow.source.git.commit": git_commit(), "mlflow.source.name": "digitforge tune"}

    def begin(self, run_id: str, name: str, values: Mapping[str, Any]) -> str:
        """Begin the run of a trial, or the one that it has from an interrupted call -> run id, "" without MLflow."""
        store, found = self.store, [run_id]

        def start() -> None:
            assert store is not None
            if run_id:
                store.client.update_run(run_id, "RUNNING")
                return
            tags = self.tags() | {"stage": "trial", "mlflow.parentRunId": self.run_id}
            found[0] = store.client.create_run(store.experiment_id, tags=tags, run_name=name).info.run_id
            store.log_params(found[0], values)

        if store is not None:
            self.attempt(start)
        return found[0]

    def report(self, run_id: str, step: int, metrics: Metrics) -> None:
        """Log what was measured at a step of a trial."""
        store = self.store
        if store is not None and run_id:
            row = {name.replace(".", "/"): value for name, value in metrics.items()}
            self.attempt(lambda: store.log_metrics(run_id, [{"step": step, **row}]))

    def end(self, run_id: str, status: str, tags: Mapping[str, str]) -> None:
        """End the run of a trial as FINISHED, FAILED or KILLED."""
        store = self.store

        def finish() -> None:
            assert store is not None
            store.set_tags(run_id, tags)
            store.client.set_terminated(run_id, status)

        if store is not None and run_id:
            self.attempt(finish)
