"""What a node of a cluster does for a stage: clone the commit, pull what the stage reads, run it, push what it wrote.

Ray sends this file to its workers: nodes need git and the project's packages, but no copy of the project.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path
from typing import Any

DVC = [sys.executable, "-m", "dvc"]
# What `dvc fetch --run-cache` does, but for the results, which are many.
FETCH_EARLIER_RUNS = "from dvc.repo import Repo; Repo().stage_cache.pull(None)"
TELL_EVERY_SECONDS = 2.0
TAIL = 4_000  # bytes: what a command said last
STEPS = ("clone", "pull", "run", "push")  # of which `Result.seconds` tells
REFERENCE = "refs/digitforge/run"  # of the commit, in its bundle


@dataclass(frozen=True)
class Order:
    """What a node must know to run a stage of a commit.

    lock: dvc.lock as it is now. config: .dvc/config.local, which names the remote. reads: the stages whose results it
    reads. kept: {path: content} of results that it reads and DVC's cache has not. writes: paths of such that it writes.
    environment: variables to set.
    """

    commit: str
    stage: str
    lock: str
    config: str
    reads: Sequence[str]
    kept: Mapping[str, bytes]
    writes: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)  # may have passwords


@dataclass(frozen=True)
class Result:
    """How it went. said: what the stage said. lock: dvc.lock afterwards. seconds: of each step.

    written: {path: content} of `Order.writes`.
    """

    said: str
    lock: str
    written: Mapping[str, bytes]
    seconds: Mapping[str, float]


def left_over(seconds: Mapping[str, float]) -> float:
    """Seconds of a stage on a cluster that are of no step: Ray's own. seconds: of STEPS, and `wall`, of all."""
    return seconds["wall"] - sum(seconds[step] for step in STEPS)


class Failed(Exception):
    """A command failed; the message is what it said last."""


def run(order: Order, bundle: bytes, tell: Callable[[str], None]) -> Result:
    """Run a stage on this node. bundle: of `git bundle`, with the commit; tell: is given what the stage said last.

    Raises Failed.
    """
    seconds, began = {}, time.monotonic()

    def done(step: str) -> None:
        nonlocal began
        seconds[step], began = time.monotonic() - began, time.monotonic()

    environment = {**os.environ, **order.environment}
    clone = cloned(order, bundle, environment)
    (clone / "dvc.lock").write_text(order.lock, encoding="utf-8")
    for path, content in order.kept.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_bytes(content)
    done("clone")
    if order.reads:
        watched([*DVC, "pull", "--force", *order.reads], clone, environment)
    done("pull")
    said = watched([sys.executable, "-m", "digitforge.runner.job", "--pull", order.stage], clone, environment, tell)
    done("run")
    watched([*DVC, "push", "--run-cache", order.stage], clone, environment)
    done("push")
    written = {path: (clone / path).read_bytes() for path in order.writes}
    return Result(said, (clone / "dvc.lock").read_text(encoding="utf-8"), written, seconds)


def cloned(order: Order, bundle: bytes, environment: Mapping[str, str]) -> Path:
    """A clone of the commit that only this process uses, on this node; all clones share one cache of DVC's.

    A new one learns what earlier runs of DVC's gave, here or elsewhere, so that nothing runs twice.
    """
    home = Path(tempfile.gettempdir()) / f"digitforge-{getuser()}"
    clone = home / order.commit / str(os.getpid())
    if not (clone / ".dvc/tmp").is_dir():
        shutil.rmtree(clone, ignore_errors=True)
        clone.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        file = clone.with_suffix(".bundle")
        file.write_bytes(bundle)
        for arguments in (["init"], ["fetch", str(file), REFERENCE], ["checkout", order.commit]):
            subprocess.run(["git", *arguments, "--quiet"], cwd=clone, check=True)
        file.unlink()
        config = f"{order.config}[cache]\ndir = {home / 'cache'}\n"
        (clone / ".dvc/config.local").write_text(config, encoding="utf-8")
        (clone / ".dvc/tmp").mkdir(exist_ok=True)
        watched([sys.executable, "-c", FETCH_EARLIER_RUNS], clone, environment)
    return clone


def watched(
    command: Sequence[str], clone: Path, environment: Mapping[str, str], tell: Callable[[str], None] = lambda said: None
) -> str:
    """Run a command -> all that it said; raises Failed."""
    log = clone / ".dvc/tmp/said.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=clone, env=environment, stdout=output, stderr=output)
    try:
        while True:
            try:
                process.wait(TELL_EVERY_SECONDS)
                break
            except subprocess.TimeoutExpired:
                tell(log.read_text(encoding="utf-8", errors="replace")[-TAIL:])
    finally:
        process.terminate()
    said = log.read_text(encoding="utf-8", errors="replace")
    if process.returncode:
        raise Failed(said[-TAIL:])
    return said


class Board:
    """An actor: what the stages on all nodes said last."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def tell(self, stage: str, said: str) -> None:
        """What a stage said last."""
        self.said[stage] = said

    def newest(self) -> dict[str, str]:
        """{stage: what it said last}."""
        return self.said


def on_node(order: Order, bundle: bytes, board: Any) -> Result:
    """A task of Ray's. board: the handle of an actor, of `Board`."""
    return run(order, bundle, lambda said: board.tell.remote(order.stage, said))
