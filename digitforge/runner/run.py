"""`digitforge run`: what `dvc repro` would run, as many stages at a time as fit the machine."""

import signal
import subprocess
import sys

from dvc.repo import Repo

from digitforge.runner import early, jobs, view
from digitforge.runner.durations import Durations
from digitforge.runner.early import Early
from digitforge.runner.graph import Graph, following, pipeline
from digitforge.runner.machine import Machine
from digitforge.runner.schedule import Run, execute
from digitforge.torn import bring_back

RECIPES = "recipes"  # the stage that says what the others are
DVC = [sys.executable, "-m", "dvc", "--wait-for-lock"]


def run(machine: Machine) -> int:
    """Run what DVC finds changed in the project of the working folder -> exit code, 1 if a stage failed.

    DVC stays the judge: it says what changed, runs each stage, and has the last word with a `dvc repro` of its own.
    """
    if hasattr(signal, "SIGHUP"):  # a terminal that is closed ends the run as SIGTERM does
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))
    for line in bring_back():
        print(line, flush=True)
    if subprocess.run([*DVC, "repro", "--single-item", RECIPES], check=False).returncode:
        return 2
    with Repo() as repo:
        whole = pipeline(repo)
        graph = following(whole, (target.rpartition(":")[2] for target in repo.status()))
    if graph and side_by_side(whole, graph, machine):
        return 1
    early.PAGE.unlink(missing_ok=True)
    last = subprocess.run([*DVC, "repro"], capture_output=True, text=True, check=False)
    if last.returncode:
        print(last.stdout, last.stderr, file=sys.stderr)
    return min(last.returncode, 1)


def side_by_side(whole: Graph, graph: Graph, machine: Machine) -> dict[str, str]:
    """Run stages -> those that failed, each with its reason; all of them are told."""
    durations = Durations.read()
    renewal = Early(whole, graph)
    first = renewal.first(graph, {name: durations.of(name) for name in graph})
    state, shown = Run(graph, durations, machine, first), view.fitting()
    gpus = f" and {len(machine.gpus)} GPUs" if machine.gpus else ""
    print(f"{len(graph)} stages to run, {machine.jobs} at a time{gpus}; what they say is in {jobs.logs()}", flush=True)
    try:
        execute(state, shown, renewal.due)
    finally:
        shown.close()
    for stage, reason in state.failed.items():
        print(f"error: {stage}: {reason}; more is in {jobs.log_of(stage)}, or type: dvc repro -s {stage}", flush=True)
    if state.left_out:
        print(f"left out, as they need these: {', '.join(sorted(state.left_out))}", flush=True)
    return state.failed
