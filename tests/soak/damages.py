"""Damaged files: `dvc repro` mends them, or one line names the file and a command that mends it."""

import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from digitforge.settings.outputs import copies_of, last_run
from tests.soak.base import Base, Copy, dvc, stage_of, tree
from tests.soak.kills import start
from tests.soak.outcome import Outcome, Progress

SURVIVAL = (
    "`dvc repro` mends it, or one line names the file and a command after which `dvc repro` does: all results are then "
    "equal, byte for byte, to those of the project that nothing happened to"
)
ADVICE = re.compile(r"error: (?P<line>[^\n]*?`(?P<command>(?:rm|dvc|git) [^`]+)`[^\n]*)")
LOCK = re.compile(
    r"dvc\.lock' (?:validation failed|is invalid|is not|structure)|[Uu]nable to (?:read|parse).*dvc\.lock"
)
OF_DVC = (
    "A damaged `dvc.lock` DVC itself refuses by name, without a command: `git checkout dvc.lock` mends it. Where a file"
    " and DVC's copy of it are both damaged, what reads the file tells; an output that nothing reads isn't looked at."
)
TRACK_FAILED = "; `track` failed"
STEPS = 4  # advice that is followed, before a loss is called one


def hurt(path: Path, rng: random.Random) -> str:
    """Do something to a file -> what. DVC trusts a copy that is read-only, so it stays that."""
    kind = rng.choice(["cut short", "emptied", "overwritten", "four bytes changed", "deleted"])
    content, rights = bytearray(path.read_bytes()), path.stat().st_mode
    path.unlink()  # it may be a link to the copy of DVC
    if kind == "cut short":
        path.write_bytes(content[: rng.randrange(len(content) or 1)])
    elif kind == "emptied":
        path.write_bytes(b"")
    elif kind == "overwritten":
        path.write_bytes(bytes(rng.randrange(256) for _ in range(min(len(content), 2_000))))
    elif kind == "four bytes changed":
        at = rng.randrange(max(1, len(content) - 4))
        content[at : at + 4] = bytes(byte ^ 0xA5 for byte in content[at : at + 4])
        path.write_bytes(content)
    if path.exists():
        path.chmod(rights)
    return kind


def results(copy: Copy, *folders: str) -> list[Path]:
    """The files in folders, or at paths."""
    places = [copy.root / folder for folder in folders]
    return sorted(
        path for place in places for path in ([place] if place.is_file() else place.rglob("*")) if path.is_file()
    )


def of(folder: str, copy: Copy, rng: random.Random) -> str:
    """A result in a folder of the workspace."""
    path = rng.choice(results(copy, folder))
    return f"{path.relative_to(copy.root)} {hurt(path, rng)}"


of_workspace, of_reports = partial(of, "artifacts"), partial(of, "reports")


def kept(copy: Copy, out: dict[str, Any]) -> list[Path]:
    """DVC's copies of an output's files."""
    return [path for path in copies_of(out, copy.root) if path.exists() and path.suffix != ".dir"]


def read(copy: Copy) -> list[tuple[dict[str, Any], str]]:
    """Outputs that a stage reads, with that stage."""
    stages = last_run(copy.root)
    readers = {dep["path"]: name for name, stage in stages.items() for dep in stage["deps"]}
    return [
        (out, readers[path])
        for stage in stages.values()
        for out in stage["outs"]
        for path in (out["path"], str(Path(out["path"]).parent))
        if path in readers and kept(copy, out)
    ]


def told(copy: Copy, reader: str) -> str:
    """Run what reads a damaged file, and follow its advice -> what it said."""
    copy.forget_runs()
    said = copy.call(*dvc("repro", "-f", "-s", reader)).stdout
    if command := advice(said):
        follow(copy, command)
    return f"{reader} run: {said[-300:]}"


def of_cache(copy: Copy, rng: random.Random) -> str:
    """A copy of DVC's is damaged, and the file in the workspace gone; what reads it is run, and its advice followed."""
    out, reader = rng.choice(read(copy))
    kind = hurt(rng.choice(kept(copy, out)), rng)
    place = copy.root / out["path"]
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    copy.call(*dvc("checkout", out["path"]))
    return f"DVC's copy of {out['path']} {kind}, {told(copy, reader)}"


def of_checkpoint(copy: Copy, rng: random.Random) -> str:
    """A training is killed after a checkpoint, which is then damaged."""
    name = rng.choice([name for name in copy.base.stages if re.match("train@|verifier@|leave_one_out@", name)])
    copy.forget_runs()
    process = start(copy, dvc("repro", "-f", "-s", name), copy.root.parent / "interrupted.log")
    while process.poll() is None and not list((copy.root / ".scratch/checkpoints").rglob("state.json")):
        time.sleep(0.02)
    if stage := stage_of(tree(process)):
        stage.send_signal(signal.SIGKILL)
    process.wait()
    found = [path for path in (copy.root / ".scratch/checkpoints").rglob("*") if path.is_file()]
    if not found:
        return f"{name} ended before it could be interrupted"
    path = rng.choice(found)
    return f"the checkpoint of {name}, {path.name}, {hurt(path, rng)}"


def of_database(copy: Copy, rng: random.Random) -> str:
    kind = hurt(copy.root / "mlflow.db", rng)
    said = copy.call(*dvc("repro", "-f", "-s", "track"))
    wrong = "" if said.returncode == 0 and "Traceback" not in said.stdout else f"{TRACK_FAILED}: {said.stdout[-300:]}"
    return f"mlflow.db {kind}{wrong}"


def of_lock(copy: Copy, rng: random.Random) -> str:
    return f"dvc.lock {hurt(copy.root / 'dvc.lock', rng)}"


def of_both(copy: Copy, rng: random.Random) -> str:
    """A result and DVC's copy of it; what reads it is run, and its advice followed."""
    out, reader = rng.choice(read(copy))
    kept_one = rng.choice(kept(copy, out))
    place = next(path for path in results(copy, out["path"]) if path.read_bytes() == kept_one.read_bytes())
    kind = hurt(kept_one, rng)
    return f"{place.relative_to(copy.root)} {hurt(place, rng)}, DVC's copy {kind}, {told(copy, reader)}"


DAMAGES: tuple[Callable[[Copy, random.Random], str], ...] = (
    of_workspace, of_cache, of_checkpoint, of_reports, of_both, of_database, of_workspace, of_lock,
)  # fmt: skip


def advice(said: str) -> str | None:
    """The command that a line of error gives. Of its own dvc.lock DVC says only that it is damaged; git has it."""
    found = ADVICE.search(said)
    return found["command"] if found else "git checkout dvc.lock" if LOCK.search(said) else None


def follow(copy: Copy, command: str) -> None:
    subprocess.run(["sh", "-c", command], cwd=copy.root, env=copy.env, capture_output=True, check=False)


def wrong_after(copy: Copy) -> str | None:
    """Run the pipeline, and follow its advice until all is well -> what is wrong in the end."""
    for _ in range(STEPS):
        ended = copy.call(*dvc("repro"))
        if "Traceback" in ended.stdout:
            return f"traceback: {ended.stdout[-500:]}"
        if ended.returncode == 0:
            return copy.wrong()
        command = advice(ended.stdout)
        if not command:
            return f"no advice: {ended.stdout[-500:]}"
        follow(copy, command)
    return f"the advice doesn't help: {ended.stdout[-500:]}"


def damaged(copy: Copy, damage: Callable[[Copy, random.Random], str], rng: random.Random) -> tuple[str, str | None]:
    """Damage something, and mend it -> what was done, and what is wrong in the end."""
    what = damage(copy, rng)
    return what, "a failure" if TRACK_FAILED in what else wrong_after(copy)


def run(count: int, start_of: int, base: Base) -> Outcome:
    """Each kind of file in turn."""
    outcome = Outcome("damages", SURVIVAL, note=OF_DVC)
    progress = Progress(outcome.name, count)
    for i in range(count):
        rng = random.Random(f"{start_of}-damages-{i}")
        copy = base.copy(base.root.parent / "damages/project")

        outcome.inject(f"damage {i} of seed {start_of}", damaged, copy, DAMAGES[i % len(DAMAGES)], rng)
        progress.step()
    return outcome
