"""What runs in the background: a stage, or an early report, in a process group of its own, its output in a file."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from digitforge import files
from digitforge.ending import alive

ERROR = re.compile(r"^error: (.*)$", re.MULTILINE)
WARNING = re.compile(r"^WARNING: .*$", re.MULTILINE)
BAR = re.compile(r"(\d+)%\|[^|]*\|\s*\d+/\d+ \[[^\]]*?([^,\]]*)\]")  # of tqdm; at its end is what it says beside
TAIL = 4_000  # bytes of a log that may hold its newest line
PATIENCE_SECONDS = 10.0  # that a job has for ending, once it is asked to


@dataclass
class Job:
    """A command that was started. gpu: the one that it has for itself, as CUDA_VISIBLE_DEVICES names it."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]
    gpu: str | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since its start."""
        return time.monotonic() - self.began

    @property
    def said(self) -> str:
        """All that it said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def ran(self) -> bool:
        """Whether DVC ran the stage, rather than to find that nothing changed or to bring back an earlier result."""
        return f"Running stage '{self.name}'" in self.said

    def warnings(self) -> list[str]:
        """The lines that warn."""
        return WARNING.findall(self.said)

    def progress(self) -> tuple[float, str] | None:
        """How far its training is, 0 to 1, and what the bar says beside; None where nothing trains."""
        found = BAR.findall(newest(self.log))
        return (int(found[-1][0]) / 100, found[-1][1].strip()) if found else None

    def failure(self) -> str:
        """Why it failed, in a line."""
        said = newest(self.log)
        errors = ERROR.findall(said) or [line for line in said.splitlines() if line.strip()]
        return errors[-1].strip() if errors else f"ended with {self.process.returncode}"


def logs() -> Path:
    """The folder of what jobs say."""
    folder = files.scratch() / "logs"
    folder.mkdir(exist_ok=True)
    return folder


def log_of(name: str) -> Path:
    """What the job of this name says, or last said."""
    return logs() / f"{name}.log"


def of_stage(stage: str) -> list[str]:
    """The command that runs a stage."""
    return [sys.executable, "-m", "digitforge.runner.job", stage]


def start(name: str, command: list[str], gpu: str | None = None) -> Job:
    """Run a command in the background."""
    environment = dict(os.environ) if gpu is None else {**os.environ, "CUDA_VISIBLE_DEVICES": gpu}
    log = log_of(name)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
        )
    return Job(name, log, process, gpu)


def newest(log: Path) -> str:
    """The end of a log."""
    with log.open("rb") as content:
        content.seek(max(0, log.stat().st_size - TAIL))
        return content.read().decode("utf-8", "replace")


def end(jobs: list[Job]) -> None:
    """Have jobs end, and wait until all that they started has."""
    family = [process for job in jobs for process in processes(job)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for job in jobs:
            with suppress(ProcessLookupError):
                os.killpg(job.process.pid, number)
        until = time.monotonic() + PATIENCE_SECONDS
        while any(alive(process) for process in family) and time.monotonic() < until:
            time.sleep(0.05)
    for job in jobs:
        job.process.wait()


def processes(job: Job) -> list[psutil.Process]:
    """The process of a job, and those below it."""
    try:
        top = psutil.Process(job.process.pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []
