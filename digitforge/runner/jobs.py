"""A stage that runs: `dvc repro` of it alone, in a process group of its own, its output in a file."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

DVC = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item"]
ERROR = re.compile(r"^error: (.*)$", re.MULTILINE)
BAR = re.compile(r"(\d+)%\|[^|]*\|\s*\d+/\d+ \[[^,\]]*(?:, *[^,\]]*)?(?:, *([^\]]*))?\]")  # of tqdm
TAIL = 4_000  # bytes of a log that may hold its newest line
PATIENCE_SECONDS = 10.0  # that a stage has for ending, once it is asked to


@dataclass
class Job:
    """A stage that was started. gpu: the one that it has for itself, as CUDA_VISIBLE_DEVICES names it."""

    stage: str
    log: Path
    process: subprocess.Popen[bytes]
    gpu: str | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since its start."""
        return time.monotonic() - self.began

    @property
    def ran(self) -> bool:
        """Whether DVC ran it, rather than to find that nothing changed or to bring back an earlier result."""
        return f"Running stage '{self.stage}'" in self.log.read_text(encoding="utf-8", errors="replace")

    def progress(self) -> tuple[float, str] | None:
        """How far its training is, 0 to 1, and what the bar says beside; None where nothing trains."""
        found = BAR.findall(newest(self.log))
        return (int(found[-1][0]) / 100, found[-1][1]) if found else None

    def failure(self) -> str:
        """Why it failed, in a line."""
        said = newest(self.log)
        errors = ERROR.findall(said) or [line for line in said.splitlines() if line.strip()]
        return errors[-1].strip() if errors else f"ended with {self.process.returncode}"


def start(stage: str, logs: Path, gpu: str | None = None, hidden: bool = False) -> Job:
    """Run a stage in the background. hidden: whether it must not see any GPU, as others have them."""
    environment = dict(os.environ)
    if gpu is not None or hidden:
        environment["CUDA_VISIBLE_DEVICES"] = gpu or "-1"
    log = logs / f"{stage}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*DVC, stage],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
    return Job(stage, log, process, gpu)


def newest(log: Path) -> str:
    """The end of a log."""
    with log.open("rb") as content:
        content.seek(max(0, log.stat().st_size - TAIL))
        return content.read().decode("utf-8", "replace")


def end(jobs: list[Job]) -> None:
    """Have jobs end, and wait until they have."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for job in jobs:
            with suppress(ProcessLookupError):
                os.killpg(job.process.pid, number)
        until = time.monotonic() + PATIENCE_SECONDS
        for job in jobs:
            with suppress(subprocess.TimeoutExpired):
                job.process.wait(max(0.0, until - time.monotonic()))
