"""Clean clones: a full `dvc repro` in each gives equal results."""

import subprocess

from tests.soak.base import Base, Copy, content, dvc
from tests.soak.outcome import Outcome, Progress

SURVIVAL = "equal dvc.lock, artifacts and reports, byte for byte"


def wrong_of(copy: Copy) -> str | None:
    """Run every stage -> what is wrong."""
    ended = copy.call(*dvc("repro", "-f"))
    if ended.returncode or "Traceback" in ended.stdout:
        return f"`dvc repro` ended with {ended.returncode}: {ended.stdout[-400:]}"
    ran = ended.stdout.count("Running stage")
    if ran != len(copy.base.stages):
        return f"{ran} of {len(copy.base.stages)} stages ran"
    return copy.wrong()


def run(count: int, start: int, base: Base) -> Outcome:
    outcome = Outcome("clones", SURVIVAL)
    progress = Progress(outcome.name, count)
    for i in range(count):
        root = base.root.parent / f"clones/{i}"
        subprocess.run(["rm", "-rf", root], check=True)
        subprocess.run(["git", "clone", "-q", base.root, root], check=True)
        copy = Copy(root, base)

        outcome.inject(f"clone {i}", wrong_of, copy)
        progress.step()
    assert content(base.root) == base.content
    return outcome
