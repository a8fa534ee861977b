"""Kills: whatever ends at whatever moment, the next `dvc repro` gives what it would have given anyway."""

import os
import random
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.soak.base import PATIENCE, Base, Copy, dvc, stage_of, tree
from tests.soak.outcome import Outcome, Progress

SURVIVAL = (
    "no traceback of the project's, all processes gone within 60 s, and after `dvc repro` dvc.lock, artifacts and "
    "reports equal, byte for byte, those of a run that nothing happened to; `digitforge run` brings back a dvc.lock "
    "that was torn as DVC wrote it; what is half-written the next stage to run clears away"
)
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
TARGETS = ("dvc", "stage", "group")
LINGER_SECONDS = 60
# A traceback through the project's files. DVC prints its own when Ctrl-C comes while it is being imported.
OURS = re.compile(r"Traceback \(most recent call last\):\n(?:  .*\n)*?  File \"[^\"]*/(?:digitforge|stages)/[^\"]*\"")
# Python's own of a Ctrl-C while a stage imports, before anything of the project could catch it; nothing is written yet.
IMPORTING = re.compile(r"\nKeyboardInterrupt\n")
NOTE = "Ctrl-C while a stage still imports its modules ends it with Python's own traceback, which isn't counted here."


def forced(copy: Copy, stage: str, rng: random.Random) -> list[str]:
    """A command that runs a stage: it alone, or it and what comes after it."""
    if rng.random() < 0.6:
        return dvc("repro", "-f", "-s", stage)
    if rng.random() < 0.5:
        return dvc("repro", "--force-downstream", "-s", "-f", stage)
    for path in copy.root.glob("artifacts/recipes/**/*.json"):  # they come back; all that they decide stays as it is
        if rng.random() < 0.5:
            path.unlink()
    return dvc("repro", "-f", "-s", stage)


def start(copy: Copy, command: list[str], log: Path) -> subprocess.Popen:
    with log.open("w") as file:
        return subprocess.Popen(command, cwd=copy.root, env=copy.env, stdout=file, stderr=file, start_new_session=True)


def strike(process: subprocess.Popen, target: str, number: signal.Signals) -> str:
    """Send a signal -> to whom."""
    stage = stage_of(tree(process))
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        if target == "group":
            os.killpg(process.pid, number)
        elif target == "stage" and stage is not None:
            stage.send_signal(number)
        else:
            process.send_signal(number)
            return "dvc"
    return target


def kill(copy: Copy, stage: str, rng: random.Random, number: signal.Signals, target: str) -> tuple[str, str | None]:
    """Run a stage, kill it at some moment, run the pipeline -> what was done, and what is wrong."""
    if rng.random() < 0.7:
        copy.forget_runs()
    log = copy.root.parent / "killed.log"
    process = start(copy, forced(copy, stage, rng), log)
    began = time.monotonic()
    early = rng.random() < 0.15  # before any stage runs
    while not early and process.poll() is None and stage_of(tree(process)) is None:
        time.sleep(0.05)
        if time.monotonic() - began > PATIENCE:
            break
    share = rng.random()
    wait = share * (2.0 if early else copy.base.seconds[stage])
    with suppress(subprocess.TimeoutExpired):
        process.wait(wait)
    running = process.poll() is None
    family = [psutil.Process(process.pid), *tree(process)] if running else []
    done = strike(process, target, number) if running else "nobody, it had ended"
    what = f"{number.name} to {done} {wait:.1f} s after {'the start' if early else 'its start'}"
    with suppress(subprocess.TimeoutExpired):
        process.wait(LINGER_SECONDS)
    if rng.random() < 0.3:  # at once, while a stage that lost its dvc may still be there
        wrong = copy.mended()
        what += ", run again at once"
    else:
        wrong = ""
    _, remaining = psutil.wait_procs(family, LINGER_SECONDS)
    for one in remaining:
        with suppress(psutil.Error):
            one.kill()
    if remaining:
        return what, f"still there after {LINGER_SECONDS} s: {remaining}"
    said = log.read_text(errors="replace")
    importing = "<frozen importlib._bootstrap>" in said and IMPORTING.search(said)
    if OURS.search(said) and not importing:
        return what, f"traceback: {said[-500:]}"
    return what, wrong or copy.mended()


def run(count: int, start_of: int, base: Base) -> Outcome:
    """Every stage is killed at least once if `count` allows it."""
    outcome = Outcome("kills", SURVIVAL, note=NOTE)
    progress = Progress(outcome.name, count)
    rng = random.Random(f"{start_of}-kills")
    order = [stage for _ in range(1 + count // len(base.stages)) for stage in rng.sample(base.stages, len(base.stages))]
    folder = base.root.parent / "kills"
    copy = base.copy(folder / "project")
    for i, stage in enumerate(order[:count]):
        one = random.Random(f"{start_of}-kills-{i}")
        number, target = SIGNALS[i % 3], TARGETS[i // 3 % 3]
        before = len(outcome.lost)
        said = f"kill {i} of seed {start_of} at {stage}"
        outcome.inject(said, kill, copy, stage, one, number, target)
        if len(outcome.lost) > before or i % 10 == 9:
            copy = base.copy(folder / "project")  # what one kill did, the next must not suffer from
        progress.step()
    killed = set(order[:count])
    outcome.figures = {"stages killed": f"{len(killed)} of {len(base.stages)}"}
    return outcome
