"""What this machine has, and so what can run, how many stages at a time, and where."""

import os
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec

import psutil

from digitforge.errors import UserError
from digitforge.settings.seeds import kind

GIGABYTES = 3.0  # that a stage may take: the largest of the portfolio takes 2.7
CORES = 2  # that a stage keeps busy, of THREADS in stages/__init__.py
MOST_JOBS = 64
ON_GPU = {"verifier", "train", "leave_one_out", "features", "nondigits", "sample"}  # stages that compute networks


@dataclass(frozen=True)
class Machine:
    """How many jobs run at a time. gpus: those for stages that compute networks, as CUDA_VISIBLE_DEVICES names them."""

    jobs: int
    gpus: tuple[str, ...] = ()

    @classmethod
    def this(cls, jobs: int | None = None) -> "Machine":
        """This one. jobs: None for as many as fit; raises UserError for a number that is none."""
        if jobs is not None and not 1 <= jobs <= MOST_JOBS:
            raise UserError(f"--jobs: received {jobs}; accepted: 1 to {MOST_JOBS}")
        found = gpus()
        return cls(jobs or fitting(len(found)), found)

    def place(self, stage: str, taken: set[str | None]) -> tuple[bool, str | None]:
        """Whether a stage can start beside those on the GPUs that are taken, and the GPU for it.

        Where there is one, a stage that computes networks never goes without: its results must not depend on chance.
        """
        if not self.gpus:
            return True, None
        if kind(stage) not in ON_GPU:
            return True, "-1"
        free = [gpu for gpu in self.gpus if gpu not in taken]
        return bool(free), free[0] if free else None


def demand(who: str, *libraries: str) -> None:
    """Raise UserError where libraries of the extra `scale`, which `who` needs, aren't installed."""
    lacking = [name for name in libraries if find_spec(name) is None]
    if lacking:
        raise UserError(f"{who} needs {' and '.join(lacking)}; type: pip install -e '.[scale]'")


def cores() -> int:
    """Those that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def gpus() -> tuple[str, ...]:
    """The GPUs that may be used."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return tuple(name.strip() for name in named.split(",") if name.strip() not in ("", "-1"))
    try:
        said = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(said.split())


def fitting(gpus: int) -> int:
    """How many jobs: two on two cores, where one seldom keeps both busy, and as memory allows."""
    of_memory = int(psutil.virtual_memory().available / 2**30 / GIGABYTES)
    return max(1, min(max(cores() // CORES, min(cores(), 2)) + gpus, of_memory, MOST_JOBS))
