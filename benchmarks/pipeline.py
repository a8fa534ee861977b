"""What a project's stages need and move, by its dvc.yaml and dvc.lock."""

from pathlib import Path

import networkx
from dvc.repo import Repo

from digitforge.runner.graph import Graph, pipeline
from digitforge.settings.params import read_yaml

RECIPES = "artifacts/recipes"  # of a few kilobytes each


def graph_in(project: Path) -> Graph:
    """The graph of all stages."""
    with Repo(str(project)) as repo:
        return pipeline(repo)


def needs_in(project: Path) -> dict[str, list[str]]:
    """{stage: the stages that must have run}, in an order in which they can run; none that another of them needs."""
    graph = networkx.transitive_reduction(graph_in(project))
    return {name: sorted(graph.predecessors(name)) for name in networkx.topological_sort(graph)}


def moved_in(project: Path) -> dict[str, int]:
    """{stage: bytes that it reads and writes}, of stages that have run."""
    stages = read_yaml(project / "dvc.lock")["stages"]
    return {name: sum(map(_size, (*stage.get("deps", []), *stage.get("outs", [])))) for name, stage in stages.items()}


def _size(entry: dict[str, object]) -> int:
    return 0 if str(entry["path"]).startswith(RECIPES) else int(str(entry["size"]))
