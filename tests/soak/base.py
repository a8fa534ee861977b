"""A small project after one `dvc repro`, and copies of it to inject faults into."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
from ruamel.yaml import YAML

from digitforge.settings.seeds import kind
from tests.cloned import Project, cloned

PATIENCE = 1200  # seconds that a command may take on a busy machine
# Trainings of the small project take seconds: with a checkpoint each interval, kills come between two of them.
OFTEN = ("CHECKPOINT_EVERY_SECONDS = 20.0", "CHECKPOINT_EVERY_SECONDS = 0.0")
SECONDS = "stage-seconds.json"


def dvc(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dvc", *arguments]


class Base:
    """The project that nothing happened to."""

    def __init__(self, root: Path, seconds: dict[str, float]) -> None:
        self.root = root
        self.seconds = seconds  # of each stage
        self.content = content(root)

    @property
    def stages(self) -> list[str]:
        """Every stage of dvc.lock, in the order of its first run."""
        return list(self.seconds)

    @classmethod
    def made(cls, root: Path) -> "Base":
        """The one in a folder; made there if there is none."""
        if not (root / ".git" / SECONDS).exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(parents=True)
            project = cloned(root)
            callbacks = root / "digitforge/training/callbacks.py"
            code = callbacks.read_text()
            assert OFTEN[0] in code
            callbacks.write_text(code.replace(*OFTEN))
            project.write_params()
            project.commit("start")
            seconds = first_run(project)
            # No commit: the report says of which it is, and another run should say the same.
            project.run("git", "add", "-A")
            (root / ".git" / SECONDS).write_text(json.dumps(seconds))
        return cls(root, json.loads((root / ".git" / SECONDS).read_text()))

    def copy(self, root: Path) -> "Copy":
        """A copy of it in a folder."""
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", self.root, root], check=True)
        return Copy(root, self)


def first_run(project: Project) -> dict[str, float]:
    """Run the pipeline -> seconds of each stage."""
    process = subprocess.Popen(
        dvc("repro"), cwd=project.root, env=project.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    began, running, seconds = time.monotonic(), "", {}
    assert process.stdout is not None
    output = []
    for line in process.stdout:
        output.append(line)
        if found := re.match(r"Running stage '(.*)'", line):
            now = time.monotonic()
            if running:
                seconds[running] = now - began
            running, began = found[1], now
    seconds[running] = time.monotonic() - began
    assert process.wait() == 0, "".join(output)
    return seconds


def content(root: Path) -> dict[str, str]:
    """What results a project has: each output in dvc.lock with all it says, and a digest of each file's bytes."""
    lock = YAML(typ="safe").load((root / "dvc.lock").read_text(encoding="utf-8"))
    found = {f"dvc.lock: {name}": json.dumps(stage, sort_keys=True) for name, stage in lock["stages"].items()}
    for folder in ("artifacts", "reports"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(root))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


class Copy(Project):
    """A project that something happens to."""

    def __init__(self, root: Path, base: Base) -> None:
        super().__init__(root)
        self.base = base

    def call(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it -> how it ended, and what it said on stdout and stderr together."""
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.env | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=PATIENCE,
        )

    def stage(self, name: str) -> list[str]:
        """The command of a stage, `train@vae_small` say, as DVC would run it."""
        key = name.partition("@")[2]
        return [sys.executable, "-m", f"stages.{kind(name)}", *([key] if key else [])]

    def forget_runs(self) -> None:
        """Have DVC run stages whose outputs are gone, rather than bring the outputs of their last run back."""
        shutil.rmtree(self.root / ".dvc/cache/runs", ignore_errors=True)

    def wrong(self) -> str | None:
        """What differs from the base, or was left half-written."""
        try:
            now, before = content(self.root), self.base.content
        except Exception as error:
            return f"no results: {error}"
        differing = [name for name in before if now.get(name) != before[name]] + [n for n in now if n not in before]
        partial = [str(path) for path in self.root.rglob(".partial-*")]
        if partial:
            return f"left half-written: {partial}"
        return f"{len(differing)} results differ: {', '.join(differing[:5])}" if differing else None

    def mended(self) -> str | None:
        """Run `dvc repro` -> what is wrong afterwards."""
        ended = self.call(*dvc("repro"))
        if ended.returncode and TORN.search(ended.stdout):
            ended = self.call(sys.executable, "-m", "digitforge.command", "run", "--jobs", "1")
        if "Traceback" in ended.stdout:
            return f"traceback: {ended.stdout[-400:]}"
        if ended.returncode:
            return f"`dvc repro` ended with {ended.returncode}: {ended.stdout[-400:]}"
        if any(self.root.rglob(".partial-*")):  # DVC brought all back, so no stage ran that would clear it away
            self.call(*dvc("repro", "-f", "-s", "recipes"))
        return self.wrong()


# How DVC refuses a file of its own that a kill tore while DVC wrote it.
TORN = re.compile(r"'(\./)?dvc\.lock' |RWLock-file")


def tree(process: subprocess.Popen) -> list[psutil.Process]:
    """What a process has started, and what that has."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []


def stage_of(processes: list[psutil.Process]) -> psutil.Process | None:
    """The stage among processes: Python, and not the shell that runs it."""
    for process in processes:
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if len(line) > 2 and line[1] == "-m" and line[2].startswith("stages."):
            return process
    return None


def without_dvc_root() -> None:
    """Nothing of a surrounding pipeline may reach the copies."""
    for name in ("DVC_ROOT", "DVC_STAGE", "MLFLOW_TRACKING_URI"):
        os.environ.pop(name, None)
