"""`digitforge tune ROW`: search for better settings of a row, and say or write what was found."""

from collections.abc import Sequence

from digitforge.data.raw import SourceFacts
from digitforge.errors import UserError
from digitforge.runner.machine import Machine, demand
from digitforge.settings.params import PARAMS_FILE, load_params
from digitforge.tuning import outcome
from digitforge.tuning.records import Records
from digitforge.tuning.search import search
from digitforge.tuning.study import Study


def studied(
    key: str, metrics: Sequence[str], trials: int, budget: float, seconds: float | None, jobs: int | None
) -> tuple[Study, Records]:
    """Run what is left of a study in the project of the working folder -> it, and what its trials gave."""
    params = load_params()
    study = Study.of(params, key, list(metrics), trials, budget, seconds)
    records = Records(study)
    if len(records.ended) < trials:
        demand("digitforge tune", "ray", "optuna")
        machine = Machine.this(jobs)
        source = SourceFacts.read().label
        if records.trials:
            print(f"{key}: the study goes on, {len(records.ended)} of {trials} trials are done ({study.folder})")
        elif study.others():
            print(f"{key}: a new study, as settings, space, command, code or data are others than of the last one")
        print(f"{key} ({source}): {trials} trials, {machine.jobs} at a time, measured on held-out training images")
        study.write()
        search(study, records, params.tracking.experiment, machine)
    return study, records


def conclude(study: Study, records: Records, *, write: bool) -> list[str]:
    """What to say of a study that is over; with `write`, write its winner into params.yaml.

    Raises UserError if no trial finished.
    """
    lines = outcome.failures(records)
    if not records.finished:
        raise UserError(f"{study.key}: no trial finished; {lines[0] if lines else 'none was started'}")
    best = records.finished[0]
    changed = outcome.changes(study, best)
    if len(study.metrics) == 2:
        numbers = ", ".join(str(record.number) for record in records.front)
        lines.append(
            f"no trial beats these in both {' and '.join(study.metrics)}: {numbers}; {outcome.plot(study, records)}"
        )
    if not changed:
        return [*lines, f"{study.key}: no trial is better than the row as it stands in {PARAMS_FILE}"]
    own = f", params.yaml's {records.committed.shown(study.metrics[0])}" if records.committed else ""
    lines.append(f"trial {best.number} is best: {study.metrics[0]} {best.shown(study.metrics[0])}{own}")
    lines += [f"  {line}" for line in outcome.difference(study, changed)]
    if not write:
        return [*lines, "the same command with --write writes this into params.yaml"]
    outcome.still_there(study)
    outcome.write(study.key, changed)
    return [*lines, f"{PARAMS_FILE} is changed so; `dvc repro evaluate@{study.key}` confirms it on the test images"]
