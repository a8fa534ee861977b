"""Runs stages side by side: what most waits for goes first, and a stage that fails stops only what needs it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import networkx

from digitforge.runner.durations import Durations
from digitforge.runner.graph import Graph
from digitforge.runner.jobs import Job, end
from digitforge.runner.machine import ON_GPU

LOOK_EVERY_SECONDS = 0.2


class View(Protocol):
    """Who is told how the run goes."""

    def started(self, job: Job) -> None: ...
    def ended(self, job: Job, failure: str | None) -> None: ...
    def look(self, run: "Run") -> None: ...


@dataclass
class Run:
    """The state of a run.

    graph: the stages to run. waiting: those that aren't started yet. failed: {stage: why}; what needs one of them is
    left out.
    """

    graph: Graph
    durations: Durations
    jobs: int
    gpus: list[str] = field(default_factory=list)
    running: list[Job] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(init=False)

    def __post_init__(self) -> None:
        most = self.durations.to_the_end(self.graph)
        self.waiting = sorted(self.graph, key=lambda name: (-most[name], name))

    @property
    def left_out(self) -> set[str]:
        """Stages that need one that failed."""
        return set().union(*(networkx.descendants(self.graph, name) for name in self.failed))

    def ready(self) -> str | None:
        """The stage to start next, if one can start."""
        done = set(self.done)
        return next((name for name in self.waiting if set(self.graph.predecessors(name)) <= done), None)

    def free_gpu(self, stage: str) -> str | None:
        """A GPU that nobody has, for a stage that computes networks."""
        if stage.partition("@")[0] not in ON_GPU:
            return None
        return next((gpu for gpu in self.gpus if gpu not in {job.gpu for job in self.running}), None)

    def seconds_left(self) -> float:
        """An estimate: the longest chain, or all work shared among the jobs, whichever is more."""
        ahead = {name: self.durations.of(name) for name in self.waiting}
        ahead |= {job.stage: max(1.0, self.durations.of(job.stage) - job.seconds) for job in self.running}
        rest = Durations(ahead).to_the_end(self.graph.subgraph(ahead))
        return max(*rest.values(), sum(ahead.values()) / self.jobs) if rest else 0.0


def execute(run: Run, start: Callable[[str, str | None], Job], view: View) -> None:
    """Start stages as others end, until all are done or nothing more can run; whatever happens, no job is left."""
    try:
        while run.running or run.ready():
            while len(run.running) < run.jobs and (stage := run.ready()):
                run.waiting.remove(stage)
                run.running.append(start(stage, run.free_gpu(stage)))
                view.started(run.running[-1])
            for job in [job for job in run.running if job.process.poll() is not None]:
                finish(run, job, view)
            view.look(run)
            time.sleep(LOOK_EVERY_SECONDS)
    finally:
        end(run.running)


def finish(run: Run, job: Job, view: View) -> None:
    """A job has ended: take note, and forget what needs its result if there is none."""
    run.running.remove(job)
    failure = job.failure() if job.process.returncode else None
    if failure is None:
        run.done.append(job.stage)
        if job.ran:
            run.durations.learn(job.stage, job.seconds)
    else:
        run.failed[job.stage] = failure
        run.waiting = [name for name in run.waiting if name not in run.left_out]
    view.ended(job, failure)
