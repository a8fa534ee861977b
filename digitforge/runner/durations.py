"""How long each stage takes: as its last run on this machine did, else an estimate."""

from collections.abc import Mapping
from pathlib import Path

import networkx

from digitforge import files
from digitforge.runner.graph import Graph

KEPT = Path("seconds.json")  # in .scratch
# Seconds on two cores of stages that have not run here yet, by their kind.
ESTIMATES = {
    "stack": 4,
    "verifier": 200,
    "features": 20,
    "nondigits": 60,
    "reference": 40,
    "train": 150,
    "sample": 60,
    "evaluate": 25,
    "leave_one_out": 35,
    "judge": 10,
    "report": 60,
    "plots": 10,
    "track": 60,
}
LEAST = 5.0  # of any other stage


class Durations:
    """Seconds of stages. What a run takes is kept for the next."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self.seconds = dict(seconds)

    @classmethod
    def read(cls) -> "Durations":
        """Those of the last runs; of a damaged file none, as estimates will do."""
        try:
            found = files.read_json(files.scratch() / KEPT)
            return cls({str(name): float(value) for name, value in found.items()})
        except (OSError, ValueError, AttributeError, TypeError):
            return cls({})

    def of(self, stage: str) -> float:
        """Seconds that a stage will take; of one that hasn't run yet as of the others of its kind."""
        if stage in self.seconds:
            return self.seconds[stage]
        kind = stage.partition("@")[0]
        alike = [value for name, value in self.seconds.items() if name.partition("@")[0] == kind]
        return sum(alike) / len(alike) if alike else ESTIMATES.get(kind, LEAST)

    def learn(self, stage: str, seconds: float) -> None:
        """Keep what a stage took."""
        self.seconds[stage] = round(seconds, 1)
        files.write_json(files.scratch() / KEPT, self.seconds)

    def to_the_end(self, graph: Graph) -> dict[str, float]:
        """{stage: seconds of the longest chain of stages that begins with it}: who has most before him goes first."""
        found: dict[str, float] = {}
        for name in reversed([*networkx.topological_sort(graph)]):
            found[name] = self.of(name) + max((found[reader] for reader in graph.successors(name)), default=0.0)
        return found
