"""Full disks: one line and exit code 2, or a warning; with room, a rerun gives what it would have given anyway."""

import os
import random
import subprocess
import sys

from tests.soak.base import PATIENCE, Base, Copy
from tests.soak.outcome import Outcome, Progress

SURVIVAL = (
    "the stage ends by itself with exit code 2 and one line, or with a warning and its result; no traceback, no crash, "
    "nothing half-written; with room again, `dvc repro` gives what it would have given anyway"
)
LIMITED = "import os, resource, sys; n = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (n, n)); "
LIMITED += "os.execvp(sys.argv[2], sys.argv[2:])"
MOUNTED = 'mount -t tmpfs -o size="$0" tmpfs "$1" || exit 99; shift; exec "$@"'
PLACES = (
    ".scratch",
    "artifacts/models",
    "artifacts/samples",
    "artifacts/data",
    "reports/metrics",
    "temporary",
    "reports",
)


def may_mount() -> bool:
    """Whether a small disk of its own may be mounted, for one process alone."""
    command = ["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


def writers(base: Base, place: str) -> list[str]:
    """The stages that write at a place; for folders that any stage may use, all."""
    names = {
        "artifacts/models": "train@", "artifacts/samples": "sample@", "artifacts/data": "stack@",
        "reports/metrics": "evaluate@", "reports": "report", ".scratch": "train@",
    }  # fmt: skip
    return [name for name in base.stages if name.startswith(names.get(place, ""))]


def full(copy: Copy, rng: random.Random, mount: bool) -> tuple[str, str | None]:
    """Run a stage where there is little room, then the pipeline -> what was done, and what is wrong."""
    if mount:
        place = rng.choice(PLACES)
        name, size = rng.choice(writers(copy.base, place)), rng.choice(["4k", "16k", "64k", "200k", "1m"])
        (copy.root / place).mkdir(exist_ok=True)
        command = ["unshare", "-m", "sh", "-c", MOUNTED, size, place, *copy.stage(name)]
        what = f"{name} with {size} at {place}"
    else:
        name, size = rng.choice(copy.base.stages), str(rng.choice([0, 100, 3_000, 20_000, 100_000, 400_000]))
        command = [sys.executable, "-c", LIMITED, size, *copy.stage(name)]
        what = f"{name} with files of at most {size} bytes"
    (copy.root / "temporary").mkdir(exist_ok=True)
    environment = copy.env | {"TMPDIR": str(copy.root / "temporary"), "DVC_ROOT": str(copy.root)}
    ended = subprocess.run(
        command, cwd=copy.root, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    said = ended.stdout + ended.stderr
    if "Traceback" in said:
        return what, f"traceback: {said[-600:]}"
    if ended.returncode not in (0, 2):
        return what, f"exit code {ended.returncode}: {said[-400:]}"
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    if ended.returncode == 2 and len(errors) != 1:
        return what, f"{len(errors)} lines of error: {said[-400:]}"
    return what, copy.mended()


def run(count: int, start: int, base: Base) -> Outcome:
    """Half of them limit the size of files, half mount a small disk, where that may be done."""
    outcome = Outcome("disk", SURVIVAL)
    progress = Progress(outcome.name, count)
    mounts = may_mount()
    outcome.note = "" if mounts else "Only sizes of files were limited: this user may not mount a small disk."
    for i in range(count):
        rng = random.Random(f"{start}-disk-{i}")
        copy = base.copy(base.root.parent / "disk/project")

        outcome.inject(f"full disk {i} of seed {start}", full, copy, rng, mounts and i % 2 == 0)
        progress.step()
    return outcome
