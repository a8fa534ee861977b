"""A study: one row, the space that is searched, what is measured, and for how long each trial trains."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.errors import UserError
from digitforge.metrics.catalogue import CATALOGUE
from digitforge.metrics.intervals import significant
from digitforge.metrics.metric import LOWER
from digitforge.settings.code import Code
from digitforge.settings.judges import NAMES
from digitforge.settings.params import PARAMS_FILE, Params
from digitforge.settings.recipe import look_up
from digitforge.settings.tune import BUDGET, Range, with_values
from digitforge.wording import shown

SECONDS = "seconds"  # of training; a metric beside those of the catalogue
GROUPS = ("samples", "reconstruction")  # whose metrics a trial can measure
ELBO = "likelihood.elbo_nats"
MEASURED = {
    one.key: one.better
    for one in CATALOGUE
    if (one.key == f"{one.group}.{one.name}" and one.group in GROUPS and one.better) or one.key == ELBO
} | {SECONDS: LOWER}
# Where a model is measured: by which of the engine's eleven moments, and what ASHA calls it. Moment i is at i*i / 100
# of the training. ASHA stops a trial that is worse at a rung than the best third of those that came there before.
RUNGS = {3: 1, 6: 3, 10: 9}
LAST = max(RUNGS.values())
PACKAGE = Path(__file__).parents[2]  # where the code is
TRIAL = "digitforge.tuning.trial"  # whose code, with all that it imports, decides a study's result


@dataclass(frozen=True)
class Study:
    """What decides a study's result, as JSON; `fingerprint` names it.

    key, row: of params.yaml; space: {path: `Range`}; metrics: one or two, better first; trials: how many; budget:
    a factor on each trial's steps; seconds: of training instead of the row's own steps; general: of params.yaml, what
    no row has; code: {file: hash}; data: {file: SHA-256}.
    """

    key: str
    row: dict[str, Any]
    space: dict[str, dict[str, Any]]
    metrics: list[str]
    trials: int
    budget: float
    seconds: float | None
    general: dict[str, Any]
    code: dict[str, str]
    data: dict[str, str]

    @classmethod
    def of(
        cls, params: Params, key: str, metrics: list[str], trials: int, budget: float, seconds: float | None
    ) -> "Study":
        """The study of a row in the working folder's project; raises UserError for what can't be studied."""
        row = params.variant(key)
        if key not in params.tune:
            accepted = ", ".join(params.tune) or "none yet, a section tune says what may change (docs/tuning.md)"
            raise UserError(f"{PARAMS_FILE}: tune: received no space of {key}; accepted: {accepted}")
        for metric in metrics:
            if metric not in MEASURED:
                raise UserError(f"--metric: received {shown(metric)}; accepted: {', '.join(MEASURED)}")
        if len(set(metrics)) != len(metrics) or not 1 <= len(metrics) <= 2 or metrics == [SECONDS]:
            raise UserError(f"--metric: received {', '.join(metrics)}; accepted: one, or two different ones")
        for name, value, most in (("trials", trials, 10_000), ("budget", budget, 1_000), ("seconds", seconds, 1e6)):
            if value is not None and not 0 < value <= most:
                raise UserError(f"--{name}: received {value}; accepted: above 0, at most {most:g}")
        content = params.model_dump(mode="json")
        general = {name: content[name] for name in ("seed", "budget", "max_epochs", "evaluation")}
        general["missing_digit"] = params.data.missing_digit
        space = {path: found.model_dump(mode="json") for path, found in params.tune[key].items()}
        code = Code(PACKAGE).closure((TRIAL, f"digitforge.models.{row.family}"))
        read = [Dataset.path(row.data), files.FEATURES / f"{row.data.values}.npz"]
        read += [files.VERIFIER / name / "verifier.weights.h5" for name in NAMES]
        data = {path.as_posix(): files.sha256(path) for path in read}
        return cls(key, content["variants"][key], space, metrics, trials, budget, seconds, general, code, data)

    @classmethod
    def read(cls, folder: Path) -> "Study":
        """The study whose folder this is."""
        return cls(**files.read_json(folder / "study.json"))

    def write(self) -> None:
        """Write what `read` reads."""
        files.write_json(self.folder / "study.json", asdict(self))

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all of it."""
        return files.digest(asdict(self))

    @property
    def folder(self) -> Path:
        """Where its state lies."""
        return folder_of_studies() / f"{self.key}-{self.fingerprint[:12]}"

    def others(self) -> list[Path]:
        """Folders of other studies of the row: of another space, metric, code or data."""
        return sorted(path for path in folder_of_studies().glob(f"{self.key}-*") if path != self.folder)

    @property
    def mode(self) -> Mode:
        """The data mode."""
        return Mode.parse(self.row["data"])

    @property
    def ranges(self) -> dict[str, Range]:
        """The space."""
        return {path: Range.model_validate(found) for path, found in self.space.items()}

    def better(self, metric: str) -> int:
        """Which way a metric is better, HIGHER or LOWER."""
        return MEASURED[metric]

    @property
    def committed(self) -> dict[str, Any]:
        """The row's own values: the first trial."""
        return {path: look_up(self.row, path) for path in self.space}

    def decoded(self, suggested: dict[str, Any]) -> dict[str, Any]:
        """Values of a suggestion, whose choices are JSON; numbers are rounded to what one would write in a file."""
        found = {}
        for path, range_ in self.ranges.items():
            value = suggested[path]
            if range_.choices is not None:
                value = json.loads(value)
            elif isinstance(value, float) and not range_.step and range_.low is not None and range_.high is not None:
                value = min(max(significant(value, 3), range_.low), range_.high)
            found[path] = value
        return found

    def row_with(self, values: dict[str, Any]) -> dict[str, Any]:
        """The row with other values. Its training sees as many images as the row's own, whatever its batch."""
        changed = with_values(self.row, values)
        steps = round(self.row["fit"]["steps"] * self.row["fit"]["batch"] / changed["fit"]["batch"])
        return with_values(changed, {BUDGET: max(1, steps)})


def folder_of_studies() -> Path:
    """Where the state of all studies lies."""
    return files.scratch() / "tune"
