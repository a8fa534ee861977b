"""Which stages are to be run, and what each one waits for: DVC's own graph and its own judgement."""

from collections.abc import Iterable

import networkx
from dvc.repo import Repo

# Its nodes are names of stages, `train@vae_tril` say. An edge leads from a stage to one that reads what it writes.
Graph = networkx.DiGraph


def pipeline(repo: Repo) -> Graph:
    """All stages of dvc.yaml."""
    found = repo.index.graph  # there an edge leads from a stage to one that it reads from
    return networkx.relabel_nodes(found, {stage: stage.name for stage in found}).reverse()


def to_do(repo: Repo) -> Graph:
    """The stages that DVC finds changed, and all that follow from them."""
    return following(pipeline(repo), (target.rpartition(":")[2] for target in repo.status()))


def following(graph: Graph, names: Iterable[str]) -> Graph:
    """These stages and all that need one of them, directly or through others."""
    names = {name for name in names if name in graph}
    return graph.subgraph(names.union(*(networkx.descendants(graph, name) for name in names))).copy()
