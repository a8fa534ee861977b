"""How long each stage takes: as its last run on this machine did, else an estimate."""

from collections.abc import Mapping
from pathlib import Path

import networkx

from digitforge import files
from digitforge.data.modes import Mode
from digitforge.errors import UserError
from digitforge.runner.graph import Graph
from digitforge.settings import memory
from digitforge.settings.recipe import Recipe
from digitforge.settings.seeds import kind

KEPT = Path("seconds.json")  # in .scratch
# Seconds on two cores of stages that have not run here yet, by their kind.
ESTIMATES = {
    "stack": 4,
    "verifier": 150,
    "features": 20,
    "nondigits": 60,
    "reference": 40,
    "sample": 60,
    "evaluate": 25,
    "leave_one_out": 35,
    "report": 60,
    "track": 60,
}
LEAST = 8.0  # of any other stage, of which the imports take most
# Seconds of a training step, and of each weight and each activation that an image of its batch passes.
STEP, WEIGHT, ACTIVATION = 1e-3, 4e-11, 1e-8


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
        """Seconds that a stage will take."""
        if stage not in self.seconds:
            file, key = kind(stage), stage.partition("@")[2]
            self.seconds[stage] = training(key) if file == "train" else ESTIMATES.get(file, LEAST)
        return self.seconds[stage]

    def learn(self, stage: str, seconds: float) -> None:
        """Keep what a stage took."""
        self.seconds[stage] = round(seconds, 1)
        files.write_json(files.scratch() / KEPT, self.seconds)

    def before(self, graph: Graph) -> dict[str, float]:
        """{stage: seconds of the longest chain of stages that ends where it begins}."""
        found: dict[str, float] = {}
        for name in networkx.topological_sort(graph):
            found[name] = max((found[read] + self.of(read) for read in graph.predecessors(name)), default=0.0)
        return found

    def after(self, graph: Graph) -> dict[str, float]:
        """{stage: seconds of the longest chain of stages that begins with it}."""
        found: dict[str, float] = {}
        for name in reversed([*networkx.topological_sort(graph)]):
            found[name] = self.of(name) + max((found[reader] for reader in graph.successors(name)), default=0.0)
        return found


def training(key: str) -> float:
    """About how many seconds a variant trains, by its recipe."""
    try:
        recipe = Recipe.read("train", key)
    except UserError:
        return LEAST
    row, budget = recipe["variant"], recipe["budget"]
    channels = 3 if Mode.parse(row["data"]).color else 1
    images = row["fit"]["batch"] * row["model"].get("objective", {}).get("draws", 1)
    image = sum(weights * WEIGHT + activations * ACTIVATION for _, weights, activations in memory.costs(row, channels))
    return LEAST + budget * row["fit"]["steps"] * (STEP + images * image)
