"""Watch a `digitforge run`: when each job ended, the processor time that it took, and how long each core was idle.

`python -m benchmarks.watch JOBS` watches one of the project in the working folder, and prints its facts as JSON.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.pipeline import graph_in
from benchmarks.simulation import last_chain
from digitforge.errors import argument, user_errors

BEGINS = re.compile(r"^\d+ stages to run, ")
# What a job that has ended is told as, in a file: its name and its time; of an evaluation, what it found.
ENDED = re.compile(r"^(\S+|early report): (?:\d+:\d\d|\d+ h \d\d min)(?:   .*)?$")


@dataclass(frozen=True)
class Moment:
    """When a job ended. seconds: since the command was typed. processor: of all jobs so far; idle: of each core."""

    name: str
    seconds: float
    processor: float
    idle: tuple[float, ...]


@dataclass(frozen=True)
class Watched:
    """A run. begun: when its first job started. jobs: when each ended. ended: when it did itself."""

    begun: Moment
    jobs: tuple[Moment, ...]
    ended: Moment

    def taken(self) -> dict[str, dict[str, float]]:
        """{job: its seconds, and those of its processes}, of a run of one job at a time."""
        moments = (self.begun, *self.jobs)
        return {
            b.name: {"seconds": b.seconds - a.seconds, "processor_seconds": b.processor - a.processor}
            for a, b in zip(moments, self.jobs, strict=False)
        }

    def facts(self, left_out: Collection[str]) -> dict[str, Any]:
        """Seconds of all, of what is around the jobs, and of their processes; how idle each core was."""
        return {
            "seconds": self.ended.seconds,
            "around": self.begun.seconds + self.ended.seconds - self.jobs[-1].seconds,
            "processor_seconds": self.ended.processor,
            "idle": self.idle(left_out),
        }

    def idle(self, left_out: Collection[str]) -> list[float]:
        """The share of time in which each core was idle, from the first job's start until all but these have ended."""
        last = next(job for job in reversed(self.jobs) if job.name not in left_out)
        seconds = last.seconds - self.begun.seconds
        return [(b - a) / seconds for a, b in zip(self.begun.idle, last.idle, strict=True)]


def watch(jobs: int, project: Path, environment: Mapping[str, str]) -> Watched:
    """`digitforge run` in a project; one that fails ends this program, with what it said last."""
    command = [sys.executable, "-m", "digitforge.command", "run", "--jobs", str(jobs)]
    began, said, ended = time.perf_counter(), "", []

    def now(name: str) -> Moment:
        times, cores = psutil.Process(process.pid).cpu_times(), psutil.cpu_times(percpu=True)
        idle = tuple(core.idle + getattr(core, "iowait", 0.0) for core in cores)
        return Moment(name, time.perf_counter() - began, times.children_user + times.children_system, idle)

    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        begun = now("")
        for line in process.stdout:
            said += line
            if BEGINS.match(line):
                begun = now("")
            if job := ENDED.match(line):
                ended.append(now(job[1]))
        over = now("")
    if process.returncode:
        sys.exit(f"error: digitforge run: {said[-2000:]}")
    return Watched(begun, tuple(ended), over)


def main() -> None:
    """Print what a run of the project in the working folder took."""
    jobs = int(argument("the number of jobs"))
    print(json.dumps(watch(jobs, Path(), os.environ).facts(last_chain(graph_in(Path()))), indent=1))


if __name__ == "__main__":
    with user_errors():
        main()
