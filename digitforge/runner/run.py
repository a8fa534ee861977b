"""`digitforge run`: the pipeline side by side, as many stages at a time as fit the machine."""

import signal
import subprocess
from functools import partial
from pathlib import Path

from dvc.repo import Repo

from digitforge import files
from digitforge.errors import UserError
from digitforge.runner import machine
from digitforge.runner.durations import Durations
from digitforge.runner.graph import Graph, to_do
from digitforge.runner.jobs import DVC, start
from digitforge.runner.schedule import Run, execute
from digitforge.runner.view import view

MOST_JOBS = 64
RECIPES = "recipes"  # the stage that says what the others are


def run(jobs: int | None = None) -> int:
    """Run what DVC finds changed in the project of the working folder -> exit code, 1 if a stage failed.

    jobs: how many stages at a time; None for as many as fit. DVC stays the judge of what is up to date, and ends with
    a `dvc repro` of its own.
    """
    if jobs is not None and not 1 <= jobs <= MOST_JOBS:
        raise UserError(f"--jobs: received {jobs}; accepted: 1 to {MOST_JOBS}")
    if hasattr(signal, "SIGHUP"):  # a terminal that is closed ends the run as SIGTERM does
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))
    checked = subprocess.run([*DVC, RECIPES], check=False).returncode
    if checked:
        return checked
    with Repo() as repo:
        graph = to_do(repo)
    graph.remove_nodes_from([RECIPES])
    failed = side_by_side(graph, jobs or machine.jobs()) if graph else {}
    if failed:
        return 1
    return subprocess.run([*DVC[:-1]], check=False).returncode


def side_by_side(graph: Graph, jobs: int) -> dict[str, str]:
    """Run stages -> those that failed, each with its reason; all of them are told."""
    logs = files.scratch() / "logs"
    logs.mkdir(exist_ok=True)
    gpus = machine.gpus()
    state = Run(graph, Durations.read(), jobs, gpus)
    shown = view()
    print(f"{len(graph)} stages to run, {jobs} at a time; their output is in {logs}", flush=True)
    try:
        execute(state, partial(started, logs, bool(gpus)), shown)
    finally:
        shown.close()
    for stage, reason in state.failed.items():
        print(f"error: {stage}: {reason}; `dvc repro -s {stage}` or {log_of(logs, stage)} says more", flush=True)
    if state.left_out:
        print(f"left out, as they need these: {', '.join(sorted(state.left_out))}", flush=True)
    return state.failed
