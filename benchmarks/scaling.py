"""What follows from measured runs: predictions, curves over numbers of workers, and their figure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator

from benchmarks.machine import stale
from benchmarks.simulation import critical_path, graph_of, multiplied, sharing, simulate, with_cost
from digitforge.report.colors import COLORS, GREY
from digitforge.report.figures import style
from digitforge.runner.graph import Graph
from digitforge.runner.task import STEPS, left_over

EXPECTED = 4.0  # seconds of each stage, as small projects are told: so few that they make no early reports
WORKERS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 100, 150, 250, 400, 1000)
NEAR = 1.05  # of the critical path: more workers bring next to nothing
LINKS = {"one disk": math.inf, "1 Gbit/s": 125e6, "100 Mbit/s": 12.5e6}  # bytes a second of each worker
RAY_SECONDS = 5.0  # of a stage beside cloning and pulling, where no run on a cluster has measured it
OF_ROWS = ("train@", "sample@", "evaluate@")
TIMES, MORE_OVER = 10, "1 Gbit/s"  # as many variants, over this link

Stages = Mapping[str, Mapping[str, Any]]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What is simulated. seconds: of each stage alone; moved: bytes."""

    graph: Graph
    seconds: Mapping[str, float]
    moved: Mapping[str, int]

    @classmethod
    def of(cls, stages: Stages) -> "Case":
        """The stages as they were measured. What ran before the clock is needed by all, and so by none."""
        needs = {name: [one for one in facts["needs"] if one in stages] for name, facts in stages.items()}
        seconds, moved = ({name: facts[key] for name, facts in stages.items()} for key in ("seconds", "bytes"))
        return cls(graph_of(needs), seconds, moved)

    def with_rows(self, times: int) -> "Case":
        """With each variant so many times."""
        graph, original = multiplied(self.graph, {name for name in self.graph if name.startswith(OF_ROWS)}, times)
        seconds = {name: self.seconds[kept] for name, kept in original.items()}
        return Case(graph, seconds, {name: self.moved[kept] for name, kept in original.items()})

    def curve(self, overhead: float, bandwidth: float) -> "Curve":
        """Over numbers of workers, each of which is a machine like the measured one."""
        costs = with_cost(self.seconds, overhead, self.moved, bandwidth)
        path = critical_path(self.graph, costs)
        walls = {workers: simulate(self.graph, costs, workers) for workers in WORKERS}
        return Curve(sum(self.seconds.values()), walls, path)


@dataclass(frozen=True)
class Curve:
    """alone: seconds one after the other on one machine. walls: {workers: seconds}. path: of the critical path."""

    alone: float
    walls: dict[int, float]
    path: float

    @property
    def enough(self) -> int:
        """The least number of workers that is near the critical path."""
        return next((workers for workers, wall in self.walls.items() if wall <= NEAR * self.path), WORKERS[-1])

    def speedup(self, workers: int) -> float:
        """How many times sooner than one after the other on one machine."""
        return self.alone / self.walls[workers]


def beside(stages: Stages, jobs: int, cores: int, known: float | None = None) -> float:
    """Seconds of so many jobs at a time on a machine of so many cores, by what each stage took alone.

    known: the seconds of every stage that the scheduler reckons with, where it doesn't know better.
    """
    case = Case.of(stages)
    used = {name: facts["processor_seconds"] / facts["seconds"] for name, facts in stages.items()}
    reckoned = dict.fromkeys(case.graph, known) if known else None
    return simulate(case.graph, case.seconds, jobs, sharing(used, cores), reckoned)


def predicted(project: Mapping[str, Any], jobs: int, cores: int) -> float:
    """Seconds of a run of so many jobs at a time, by the run of one."""
    return float(project["1"]["around"]) + beside(project["1"]["stages"], jobs, cores, EXPECTED)


def of_ray(found: Facts) -> Facts:
    """Seconds of each step of a stage on a cluster, the median and the most; `ray` is what is left of all."""
    rows = [facts | {"ray": left_over(facts)} for facts in found.values()]
    return {s: (median(row[s] for row in rows), max(row[s] for row in rows)) for s in (*STEPS, "ray")}


def overhead(results: Facts) -> float:
    """Seconds of each stage beside running and moving."""
    if "ray" not in results["scale"]:
        return RAY_SECONDS
    steps = of_ray(results["scale"]["ray"])
    return steps["clone"][0] + steps["ray"][0]


@dataclass(frozen=True)
class Simulated:
    """of: what is simulated. found: {link: its curve}. why: what keeps the portfolio out, if it isn't that."""

    of: str
    found: dict[str, Curve]
    why: str


def unknown(results: Facts) -> str:
    """What keeps the portfolio's stages from being simulated with this machine's overhead; nothing if they can be."""
    if "stages" not in results:
        return "`make bench-stages` has not measured it"
    if any("needs" not in facts for facts in results["stages"]["stages"].values()):
        return "results/stages.json is older than this simulation and lacks what each stage needs"
    if results["stages"].get("budget", 1) != 1:
        return "its trainings were measured at a smaller budget"
    why = stale(results["stages"]["machine"], results["scale"]["machine"])
    return why and f"results/stages.json is {why}"


def simulated(results: Facts) -> Simulated:
    """Over numbers of workers: of the portfolio as `make bench-stages` measured it, else of the small project."""
    why, projects = unknown(results), results["scale"]["projects"]
    most = max(projects, key=int)
    case = Case.of(projects[most]["1"]["stages"] if why else results["stages"]["stages"])
    label = f"the small project of {most} variants" if why else "the variants of `params.yaml`"
    cost = overhead(results)
    found = {link: case.curve(cost, bandwidth) for link, bandwidth in LINKS.items()}
    more = case.with_rows(TIMES).curve(cost, LINKS[MORE_OVER])
    return Simulated(label, found | {f"{MORE_OVER}, {TIMES} times the variants": more}, why)


def figure(found: Mapping[str, Curve], path: Path) -> None:
    """Minutes and speed-up against workers, on logarithmic axes, with the critical path."""
    drawn, (left, right) = plt.subplots(1, 2, figsize=(11, 5))
    for (link, curve), color, dash in zip(found.items(), COLORS, ("-", "--", "-.", (0, (1, 1))), strict=False):
        look: Facts = {"color": color, "linestyle": dash, "linewidth": 2.5}
        left.plot(WORKERS, [curve.walls[count] / 60 for count in WORKERS], **look)
        left.axhline(curve.path / 60, color=color, linewidth=1)
        right.plot(WORKERS, [curve.speedup(count) for count in WORKERS], label=link, **look)
    most = max(curve.speedup(WORKERS[-1]) for curve in found.values())
    right.plot(WORKERS, WORKERS, color=GREY, linewidth=1, label="in proportion to the workers")
    left.set(title="A cold run (minutes); thin: its critical path", yscale="log")
    right.set(title="Times sooner than on one machine", yscale="log", ylim=(0.5, 2 * most))
    for axes in (left, right):
        axes.set(xlabel="workers", xscale="log", xticks=(1, 10, 100, 1000), xticklabels=("1", "10", "100", "1,000"))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:,g}")
        axes.minorticks_off()
    drawn.legend(loc="outside lower center", ncols=3)
    style.save(drawn, path)
