"""`digitforge run`: what `dvc repro` would run, as many stages at a time as fit this machine, or a cluster."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dvc.repo import Repo

from digitforge.runner import early, jobs, view
from digitforge.runner.durations import Durations
from digitforge.runner.early import Early
from digitforge.runner.graph import Graph, following, pipeline
from digitforge.runner.jobs import Here, Job, Place
from digitforge.runner.machine import Machine
from digitforge.runner.schedule import Run, execute
from digitforge.runner.snapshot import bundled, in_git
from digitforge.torn import bring_back

RECIPES = "recipes"  # the stage that says what the others are
BEFORE = (RECIPES, "download")  # what a cluster leaves to this machine: what reads its files,
AFTER = ("judge", "report", "plots", "track")  # and what reads all results
NO_GIT = "no_scm"  # in DVC's configuration
DVC = [sys.executable, "-m", "dvc", "--wait-for-lock"]


def run(machine: Machine) -> int:
    """Run what DVC finds changed in the project of the working folder -> exit code, 1 if a stage failed.

    DVC stays the judge: it says what changed, runs each stage, and has the last word with a `dvc repro` of its own.
    """
    begin()
    if dvc("repro", "--single-item", RECIPES):
        return 2
    with Repo() as repo:
        whole, graph = changed(repo)
    if graph:
        renewal = Early(whole, graph)
        durations = Durations.read()
        first = renewal.first(graph, {name: durations.of(name) for name in graph})
        if side_by_side(Run(graph, durations, machine, first), Here(), renewal.due):
            return 1
    early.PAGE.unlink(missing_ok=True)
    return finished()


def run_on(address: str, *, dirty: bool, gpu_share: float) -> int:
    """The same on the cluster of Ray's at an address -> exit code. What it can't do without is asked for first.

    dirty: whether files that are not committed are taken along. gpu_share: of `Cluster`.
    """
    from digitforge.runner.cluster import Cluster, config_of, connected

    begin()
    commit, bundle = bundled(dirty)
    with Repo() as repo:
        config = config_of(repo)
    with connected(address) as ray:
        for stage in BEFORE:
            if dvc("repro", "--single-item", stage):
                return 2
        # What an earlier run finished is brought here, and what is here is brought to where nodes find it.
        dvc("pull", "--quiet", "--allow-missing", "--force")
        if dvc("push", "--quiet", "--run-cache"):
            return 2
        with Repo() as repo:
            whole, graph = changed(repo)
            cluster = Cluster(ray, repo, whole, config, commit, bundle, gpu_share)
        graph.remove_nodes_from([name for name in graph if name in (*BEFORE, *AFTER)])
        if graph and side_by_side(Run(graph, Durations.read(), Machine(cluster.jobs)), cluster):
            return 1
        if cluster.seconds:
            print(cluster.overhead(), flush=True)
    if dvc("pull", "--quiet", "--allow-missing", "--force"):
        return 2
    return run(Machine.this())


def begin() -> None:
    """Make ready: a terminal that is closed ends the run as SIGTERM does; a dvc.lock that is torn is brought back."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))
    for line in bring_back():
        print(line, flush=True)
    tell_of_git()


def tell_of_git() -> None:
    """Let DVC know whether a git repository is here: a ZIP or a job of Ray's brings none, and DVC asks to be told."""
    local = Path(".dvc/config.local")
    if in_git():
        if local.exists() and NO_GIT in local.read_text(encoding="utf-8"):
            dvc("config", "--local", "--unset", f"core.{NO_GIT}")
    elif not Path(".git").exists():
        dvc("config", "--local", f"core.{NO_GIT}", "true")


def dvc(*arguments: str) -> int:
    """Run DVC -> its exit code."""
    return subprocess.run([*DVC, *arguments], check=False).returncode


def changed(repo: Repo) -> tuple[Graph, Graph]:
    """The graph of all stages, and that of those that DVC finds changed, with all that follow from them."""
    whole = pipeline(repo)
    return whole, following(whole, (target.rpartition(":")[2] for target in repo.status()))


def finished() -> int:
    """DVC has the last word: nothing should be left to run."""
    last = subprocess.run([*DVC, "repro"], capture_output=True, text=True, check=False)
    if last.returncode:
        print(last.stdout, last.stderr, file=sys.stderr)
    return min(last.returncode, 1)


def side_by_side(state: Run, place: Place, beside: Callable[[Run], Job | None] = lambda run: None) -> dict[str, str]:
    """Run stages -> those that failed, each with its reason; all of them are told."""
    shown, machine = view.fitting(), state.machine
    gpus = f" and {len(machine.gpus)} GPUs" if machine.gpus else ""
    stages = f"{len(state.graph)} stages to run, {machine.jobs} at a time{gpus}"
    print(f"{stages}; what they say is in {jobs.logs()}", flush=True)
    try:
        execute(state, place, shown, beside)
    finally:
        shown.close()
    for stage, reason in state.failed.items():
        more = f"more is in {jobs.log_of(stage)}, or type: dvc repro -s {stage}"
        print(f"error: {stage}: {reason}; {more}", flush=True)
    if state.left_out:
        print(f"left out, as they need these: {', '.join(sorted(state.left_out))}", flush=True)
    return state.failed
