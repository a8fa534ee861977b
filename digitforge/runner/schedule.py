"""Which stage starts when: what most waits for first, side by side; one that fails stops only what needs it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import networkx

from digitforge.runner.durations import Durations
from digitforge.runner.graph import Graph
from digitforge.runner.jobs import Job, Place
from digitforge.runner.machine import Machine
from digitforge.runner.view import View

LOOK_EVERY_SECONDS = 0.2


@dataclass
class Run:
    """The state of a run.

    graph: the stages to run. first: those of them that go before all others. waiting: those that aren't started yet, in
    the order in which they would start. failed: {stage: why}; what needs one of them is left out.
    """

    graph: Graph
    durations: Durations
    machine: Machine
    first: frozenset[str] = frozenset()
    running: list[Job] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(init=False)

    def __post_init__(self) -> None:
        before, after = self.durations.before(self.graph), self.durations.after(self.graph)

        def rank(name: str) -> tuple[bool, float, float, str]:
            """By the longest chain through it, so that a variant that is begun is finished; then what is further."""
            return (name not in self.first, -round(before[name] + after[name]), after[name], name)

        self.waiting = sorted(self.graph, key=rank)

    @property
    def left_out(self) -> set[str]:
        """Stages that need one that failed."""
        return set().union(*(networkx.descendants(self.graph, name) for name in self.failed))

    def next(self) -> tuple[str, str | None] | None:
        """The stage to start now, if one can start, and the GPU for it."""
        if len(self.running) == self.machine.jobs:
            return None
        done, taken = set(self.done), {job.gpu for job in self.running}
        for name in self.waiting:
            if set(self.graph.predecessors(name)) <= done:
                fits, gpu = self.machine.place(name, taken)
                if fits:
                    return name, gpu
        return None

    def seconds_left(self) -> float:
        """An estimate: the longest chain, or all work shared among the jobs, whichever is more."""
        ahead = {name: self.durations.of(name) for name in self.waiting}
        ahead |= {
            job.name: max(1.0, self.durations.of(job.name) - job.seconds)
            for job in self.running
            if job.name in self.graph
        }
        chains = Durations(ahead).after(self.graph.subgraph(ahead))
        return max(*chains.values(), sum(ahead.values()) / self.machine.jobs, 0.0) if chains else 0.0

    def end(self, job: Job) -> str | None:
        """Take note of a job that has ended -> why it failed, if it did."""
        self.running.remove(job)
        failure = job.failure()
        if job.name not in self.graph:  # an early report
            return failure
        if failure is None:
            self.done.append(job.name)
            if job.ran():
                self.durations.learn(job.name, job.seconds)
        else:
            self.failed[job.name] = failure
            self.waiting = [name for name in self.waiting if name not in self.left_out]
        return failure


def execute(run: Run, place: Place, view: View, beside: Callable[[Run], Job | None] = lambda run: None) -> None:
    """Start stages as others end, until all are done or nothing more can run; whatever happens, no job is left.

    beside: starts what is no stage, when it is due and a job can start.
    """
    try:
        while run.running or run.next():
            if len(run.running) < run.machine.jobs and (job := beside(run)):
                run.running.append(job)
            while found := run.next():
                stage, gpu = found
                run.waiting.remove(stage)
                run.running.append(place.start(stage, gpu))
            for job in [job for job in run.running if job.ended()]:
                view.ended(run, job, run.end(job))
            view.look(run)
            time.sleep(LOOK_EVERY_SECONDS)
    finally:
        place.end(run.running)
