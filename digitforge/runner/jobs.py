"""What runs in the background: a stage on this machine or another, or an early report."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

from digitforge import files
from digitforge.ending import alive
from digitforge.runner import said

TAIL = 4_000  # bytes of a log that may hold its newest line
PATIENCE_SECONDS = 10.0  # that a job has for ending, once it is asked to


class Job(ABC):
    """A command that was started. gpu: the one that it has for itself, as CUDA_VISIBLE_DEVICES names it."""

    def __init__(self, name: str, gpu: str | None = None) -> None:
        self.name, self.gpu = name, gpu
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since its start."""
        return time.monotonic() - self.began

    @abstractmethod
    def ended(self) -> bool:
        """Whether it has."""

    @abstractmethod
    def failure(self) -> str | None:
        """Of one that has ended: why it failed, in a line; None if it didn't."""

    @abstractmethod
    def newest(self) -> str:
        """What it said last."""

    @property
    def log(self) -> Path:
        """Where all that it says is, or will be."""
        return log_of(self.name)

    def whole(self) -> str:
        """Of one that has ended: all that it said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def ran(self) -> bool:
        """Of one that has ended: whether DVC ran its stage."""
        return said.ran(self.whole(), self.name)

    def warnings(self) -> list[str]:
        """Of one that has ended: the lines that warn."""
        return said.warnings(self.whole())

    def progress(self) -> tuple[float, str] | None:
        """How far its training is, 0 to 1, and what the bar says beside; None where nothing trains."""
        return said.progress(self.newest())


class Place(Protocol):
    """Where stages run."""

    def start(self, stage: str, gpu: str | None) -> Job:
        """Run a stage in the background."""

    def end(self, jobs: Sequence[Job]) -> None:
        """Have jobs end, and wait until they have."""


class Process(Job):
    """A command on this machine, in a process group of its own, its output in a file."""

    def __init__(self, name: str, command: Sequence[str], gpu: str | None = None) -> None:
        super().__init__(name, gpu)
        environment = dict(os.environ) if gpu is None else {**os.environ, "CUDA_VISIBLE_DEVICES": gpu}
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
            )

    def ended(self) -> bool:
        return self.process.poll() is not None

    def failure(self) -> str | None:
        code = self.process.returncode
        return (said.failure(self.newest()) or f"ended with {code}") if code else None

    def newest(self) -> str:
        with self.log.open("rb") as content:
            content.seek(max(0, self.log.stat().st_size - TAIL))
            return content.read().decode("utf-8", "replace")

    def family(self) -> list[psutil.Process]:
        """Its process, and those below."""
        try:
            top = psutil.Process(self.process.pid)
            return [top, *top.children(recursive=True)]
        except psutil.Error:
            return []


class Here:
    """This machine."""

    def start(self, stage: str, gpu: str | None) -> Job:
        return Process(stage, [sys.executable, "-m", "digitforge.runner.job", stage], gpu)

    def end(self, jobs: Sequence[Job]) -> None:
        processes = [job for job in jobs if isinstance(job, Process)]
        family = [one for job in processes for one in job.family()]
        for number in (signal.SIGTERM, signal.SIGKILL):
            for job in processes:
                with suppress(ProcessLookupError):
                    os.killpg(job.process.pid, number)
            until = time.monotonic() + PATIENCE_SECONDS
            while any(alive(one) for one in family) and time.monotonic() < until:
                time.sleep(0.05)
        for job in processes:
            job.process.wait()


def logs() -> Path:
    """The folder of what jobs say."""
    folder = files.scratch() / "logs"
    folder.mkdir(exist_ok=True)
    return folder


def log_of(name: str) -> Path:
    """What the job of this name says, or last said."""
    return logs() / f"{name}.log"
