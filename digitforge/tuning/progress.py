"""Ray Tune's events -> lines on the screen, records, and runs in MLflow."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ray.tune import Callback

from digitforge.errors import UserError
from digitforge.tracking.tuning import StudyRun
from digitforge.tuning.records import FAILED, FINISHED, STOPPED, Record, Records
from digitforge.tuning.study import LAST, SECONDS, Study
from digitforge.wording import redacted, shortened


class Progress(Callback):
    """What the driver of a study does when one of its trials starts, reports or ends."""

    def __init__(self, study: Study, records: Records, experiment: str) -> None:
        self.study, self.records = study, records
        about = {"metric": ", ".join(study.metrics), "trials": study.trials, "budget": study.budget}
        about |= {"seconds": study.seconds, "space": {path: json.dumps(found) for path, found in study.space.items()}}
        self.run = StudyRun(experiment, study.key, study.fingerprint, about)

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """A trial starts, or starts anew after an interruption."""
        record = self.records.begin(trial.trial_id, self.study.decoded(trial.config))
        record.run = self.run.begin(record.run, f"trial {record.number}", record.values)
        self.records.write()
        self.say(record, f"starts with {told(record.values)}")

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        """A trial has reached a rung."""
        record = self.records.trials[trial.trial_id]
        names = [name for name in result if name.removesuffix(" ci95") in (*self.study.metrics, SECONDS)]
        record.rungs.append({name: result[name] for name in [*names, "rung", "step", "steps", "fit.steps"]})
        numbers = {name: result[name] for name in names if not name.endswith(" ci95")}
        self.run.report(record.run, result["step"], numbers)
        found = ", ".join(f"{metric} {record.shown(metric)}" for metric in self.study.metrics)
        self.say(record, f"step {result['step']} of {result['steps']}: {found}, {result[SECONDS]:.0f} s of training")

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """A trial has finished, or ASHA stopped it."""
        record = self.records.trials[trial.trial_id]
        if not record.rungs:
            self.end(record, FAILED, "FAILED", f"{', '.join(self.study.metrics)}: not to be had of its model")
        elif record.last["rung"] == LAST:
            self.end(record, FINISHED, "FINISHED")
        else:
            self.end(record, STOPPED, "FINISHED")

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """A trial has failed."""
        record = self.records.trials[trial.trial_id]
        self.end(record, FAILED, "FAILED", reason(trial))

    def end(self, record: Record, status: str, of_run: str, why: str = "") -> None:
        """Note that a trial is over."""
        record.status, record.why = status, why
        self.records.write()
        seconds = {"training_seconds": f"{record.last[SECONDS]:.1f}"} if record.rungs else {}
        self.run.end(record.run, of_run, {"status": status, **seconds, **({"why": why} if why else {})})
        what = {FAILED: f"FAILED: {why}", STOPPED: "stopped, others are better by then", FINISHED: "finished"}[status]
        self.say(record, f"{what}; {len(self.records.ended)} of {self.study.trials} trials done")

    def finish(self) -> None:
        """All trials are over."""
        best = self.records.finished[:1]
        tags = {f"best {metric}": one.shown(metric) for one in best for metric in self.study.metrics}
        self.run.finish("FINISHED", tags)

    def say(self, record: Record, what: str) -> None:
        """A line about a trial."""
        print(f"trial {record.number}: {what}", flush=True)


def reason(trial: Any) -> str:
    """Why a trial failed, in a line: the message of what it raised."""
    lines = Path(trial.error_file).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return shortened(redacted(lines[-1].strip().removeprefix(f"{UserError.__module__}.{UserError.__name__}: ")))


def told(values: Mapping[str, Any]) -> str:
    """Values with their paths, in a line."""
    return ", ".join(f"{path} {json.dumps(value)}" for path, value in values.items())
