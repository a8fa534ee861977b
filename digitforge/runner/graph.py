"""What each stage waits for: DVC's own graph."""

from collections.abc import Iterable
from typing import TypeAlias

import networkx
from dvc.repo import Repo

# Its nodes are names of stages, `train@vae_tril` say. An edge leads from a stage to one that reads what it writes.
Graph: TypeAlias = networkx.DiGraph


def pipeline(repo: Repo) -> Graph:
    """All stages of dvc.yaml."""
    found = repo.index.graph  # there an edge leads from a stage to one that it reads from
    return networkx.relabel_nodes(found, {stage: stage.name for stage in found}).reverse()


def following(graph: Graph, names: Iterable[str]) -> Graph:
    """These stages and all that need one of them, directly or through others."""
    names = {name for name in names if name in graph}
    return graph.subgraph(names.union(*(networkx.descendants(graph, name) for name in names))).copy()
