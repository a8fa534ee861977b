"""What there is to know of a metric: one object, from which tables, champions, pages and logs take it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

HIGHER, LOWER, NEITHER = 1, -1, 0
NAMED = ("nats", "dB", "bytes")  # units that stand in the head of a table

Unit = Literal[
    "%",
    "score",
    "nats",
    "dB",
    "bytes",
    "bits a dimension",
    "squared error",
    "distance",
    "classes",
    "coordinates",
    "word",
]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric, or one word that numbers are read by.

    key: its place in reports/metrics/VARIANT.details.json or verifier.json, GROUP.NAME; label: its title in tables;
    better: which way is better, HIGHER, LOWER or NEITHER; best, worst: the values themselves, in words; source: the
    paper, or what defines it; checked: against what, in its test; function: what computes it, None of a word.
    headline: whether it is in reports/metrics/VARIANT.json too. companion: name of a number of its group to read it by.
    """

    key: str
    title: str
    label: str
    meaning: str
    unit: Unit
    better: int
    best: str
    worst: str
    source: str
    checked: str
    function: Callable[..., Any] | None = None
    headline: bool = False
    companion: str = ""

    @property
    def group(self) -> str:
        """The group that it is in: reconstruction, samples, ..."""
        return self.key.split(".")[0]

    @property
    def name(self) -> str:
        """Its name, wherever it stands: `samples.baseline` has a `fid` too."""
        return self.key.split(".")[-1]

    @property
    def path(self) -> str:
        """GROUP/NAME: its place in a variant's details, and its name in MLflow."""
        return self.key.replace(".", "/")

    @property
    def companion_path(self) -> str:
        """GROUP/NAME of the companion; raises ValueError where there is none."""
        if not self.companion:
            raise ValueError(f"metric {self.key}: received a question for its companion; accepted: of one that has one")
        return f"{self.path.rpartition('/')[0]}/{self.companion}"

    @property
    def heading(self) -> str:
        """Label and unit: "NLL (nats)"."""
        return f"{self.label} ({self.unit})" if self.unit in NAMED else self.label

    @property
    def direction(self) -> str:
        """ "higher", "lower", or a dash where no direction is better."""
        return {HIGHER: "higher", LOWER: "lower", NEITHER: "–"}[self.better]

    @property
    def explanation(self) -> str:
        """What it means, in a line."""
        which = f" {self.direction.capitalize()} is better." if self.better else ""
        return f"{self.title}: {self.meaning}{which} Best: {self.best}. Worst: {self.worst}."

    def within(self, groups: Mapping[str, Any]) -> Any:
        """The value at its place in groups of metrics; None where it isn't there."""
        return look_up(groups, self.path)

    def winner(self, values: Mapping[str, float]) -> str | None:
        """Name of the best value, the first of equal ones; None without a value, or where no direction is better."""
        return max(values, key=lambda name: self.better * values[name]) if self.better and values else None


def look_up(content: Any, path: str) -> Any:
    """What stands at GROUP/NAME/... in nested mappings; None where nothing does."""
    for part in path.split("/"):
        if not isinstance(content, Mapping) or part not in content:
            return None
        content = content[part]
    return content
