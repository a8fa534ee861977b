"""How long a run takes on any number of workers: the scheduler of `digitforge run`, with a clock that jumps."""

from collections.abc import Callable, Collection, Mapping
from types import SimpleNamespace
from typing import Any

import networkx

from digitforge.runner.durations import Durations
from digitforge.runner.early import Early
from digitforge.runner.graph import Graph
from digitforge.runner.machine import Machine
from digitforge.runner.schedule import Run

Seconds = Mapping[str, float]
MOMENT = 1e-9  # seconds: less than that is no time
# How many times as long each stage takes while all of these run.
Slowed = Callable[[Collection[str]], float]


def alone(running: Collection[str]) -> float:
    """Each worker is a machine of its own."""
    return 1.0


def sharing(used: Seconds, cores: int) -> Slowed:
    """All workers share a machine. used: the cores that each stage keeps busy when it runs alone."""
    return lambda running: max(1.0, sum(used[name] for name in running) / cores)


def simulate(
    graph: Graph, seconds: Seconds, workers: int, slowed: Slowed = alone, known: Seconds | None = None
) -> float:
    """Seconds until the last stage has ended.

    seconds: of each stage alone. known: those that the scheduler reckons with, if it doesn't know better; what it
    starts as there are early reports comes first here too, their own seconds count as none.
    """
    durations = Durations(known or seconds)
    first = Early(graph, graph).first(graph, {name: durations.of(name) for name in graph})
    run, now = Run(graph, durations, Machine(workers), first), 0.0
    left: dict[str, float] = {}
    while left or run.next():
        while found := run.next():
            job: Any = SimpleNamespace(name=found[0], gpu=found[1])
            run.waiting.remove(job.name)
            run.running.append(job)
            left[job.name] = seconds[job.name]
        passed = min(left.values())
        now += passed * slowed(left)
        left = {name: rest - passed for name, rest in left.items()}
        for job in [job for job in run.running if left[job.name] < MOMENT]:
            run.running.remove(job)
            run.done.append(job.name)
            del left[job.name]
    return now


def critical_path(graph: Graph, seconds: Seconds) -> float:
    """Seconds of the longest chain of stages: no number of workers is quicker."""
    return max(Durations(seconds).after(graph).values())


def with_cost(seconds: Seconds, overhead: float, moved: Mapping[str, int], bandwidth: float) -> dict[str, float]:
    """Seconds of stages on a worker that fetches what a stage reads and brings away what it writes.

    overhead: seconds of each stage beside. moved: bytes. bandwidth: bytes a second of each worker.
    """
    return {name: taken + overhead + moved[name] / bandwidth for name, taken in seconds.items()}


def graph_of(reads: Mapping[str, Collection[str]]) -> Graph:
    """{stage: the stages that it needs} as a graph."""
    graph = networkx.DiGraph([(needed, name) for name, names in reads.items() for needed in names])
    graph.add_nodes_from(reads)
    return graph


def last_chain(graph: Graph) -> set[str]:
    """The stages that need what all variants give."""
    rows = [name for name in graph if name.startswith("sample@")]
    return set.intersection(*(networkx.descendants(graph, name) for name in rows))


def multiplied(graph: Graph, rows: Collection[str], times: int) -> tuple[Graph, dict[str, str]]:
    """The graph with each of these stages `times` times -> it, and {stage: the one that it is a copy of}."""
    copies = {name: [f"{name}.{i}" for i in range(times)] if name in rows else [name] * times for name in graph}
    edges = [pair for a, b in graph.edges for pair in zip(copies[a], copies[b], strict=True)]
    return networkx.DiGraph(edges), {copy: name for name, all_of_it in copies.items() for copy in all_of_it}
