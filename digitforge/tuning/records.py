"""What a study's trials gave, as JSON beside its state."""

from dataclasses import asdict, dataclass, field
from typing import Any

from digitforge import files
from digitforge.metrics.intervals import significant
from digitforge.metrics.metric import HIGHER
from digitforge.tuning.study import SECONDS, Study

RUNNING, FINISHED, STOPPED, FAILED = "running", "finished", "stopped", "failed"


@dataclass
class Record:
    """A trial. number: from 1, in the order of starts; values: {path: value}; rungs: reports of `trial`, in order."""

    number: int
    values: dict[str, Any]
    status: str = RUNNING
    why: str = ""
    run: str = ""  # in MLflow
    rungs: list[dict[str, float]] = field(default_factory=list)

    @property
    def last(self) -> dict[str, float]:
        """What was reported last."""
        return self.rungs[-1]

    def shown(self, metric: str) -> str:
        """A metric with its interval."""
        value = self.last[metric]
        if metric == SECONDS:
            return f"{value:.1f}"
        interval = self.last.get(f"{metric} ci95", 0.0)
        return f"{significant(value, 4):g}" + (f" ± {significant(interval, 2):g}" if interval else "")


class Records:
    """The trials of a study, by the names that Ray gives them."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.path = study.folder / "trials.json"
        found = files.read_json(self.path) if self.path.exists() else {}
        self.trials = {name: Record(**record) for name, record in found.items()}

    def write(self) -> None:
        """Write the file."""
        files.write_json(self.path, {name: asdict(record) for name, record in self.trials.items()})

    def begin(self, name: str, values: dict[str, Any]) -> Record:
        """A trial starts, or starts anew."""
        known = self.trials.get(name)
        number = known.number if known else len(self.trials) + 1
        self.trials[name] = Record(number, values, run=known.run if known else "")
        self.write()
        return self.trials[name]

    @property
    def ended(self) -> list[Record]:
        """Trials that are over, whatever way."""
        return [record for record in self.trials.values() if record.status != RUNNING]

    @property
    def finished(self) -> list[Record]:
        """Trials that were trained to their end, the best first."""
        metric = self.study.metrics[0]
        sign = -self.study.better(metric)
        found = [record for record in self.trials.values() if record.status == FINISHED]
        return sorted(found, key=lambda record: (sign * record.last[metric], record.number))

    @property
    def committed(self) -> Record | None:
        """The row as it stands in params.yaml, if its trial has finished."""
        return next((record for record in self.finished if record.values == self.study.committed), None)

    @property
    def front(self) -> list[Record]:
        """Of two metrics: finished trials that no other one beats in both (Pareto's front), best in the first first."""
        _, second = self.study.metrics
        found: list[Record] = []
        for record in self.finished:
            value = record.last[second]
            best = found[-1].last[second] if found else None
            if best is None or (value > best if self.study.better(second) == HIGHER else value < best):
                found.append(record)
        return found
