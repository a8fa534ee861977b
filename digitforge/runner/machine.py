"""How many stages fit this machine at a time."""

import os
import subprocess

import psutil

GIGABYTES = 3.0  # that a stage may take: the largest of the portfolio takes 2.7
CORES = 2  # what a stage keeps busy; more bring a training little, as its operations are small
ON_GPU = {"verifier", "train", "leave_one_out", "features", "nondigits", "sample"}  # what computes networks


def cores() -> int:
    """Those that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def gpus() -> list[str]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [name for name in named.split(",") if name.strip() not in ("", "-1")]
    try:
        said = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return said.split()


def jobs() -> int:
    """How many stages to run at a time: two on two cores, where one seldom keeps both busy, and as memory allows."""
    of_memory = int(psutil.virtual_memory().available / 2**30 / GIGABYTES)
    return max(1, min(max(cores() // CORES, min(cores(), 2)) + len(gpus()), of_memory))
