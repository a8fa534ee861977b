"""Clean clones: a full run in each, one stage after the other or side by side, gives equal results."""

import re
import subprocess
import sys

from tests.soak.base import Base, Copy, content, dvc
from tests.soak.outcome import Outcome, Progress

SURVIVAL = "equal dvc.lock, artifacts and reports, byte for byte"


COMMANDS = {  # and what tells the stages that ran
    "one stage after the other": (dvc("repro", "-f"), r"^Running stage"),
    "side by side": (
        [sys.executable, "-m", "digitforge.command", "run", "--jobs", "2"],
        r"^(?:Running stage|[\w@-]+: \d)",
    ),
}


def wrong_of(copy: Copy, command: list[str], of_stages: str) -> str | None:
    """Run every stage -> what is wrong."""
    ended = copy.call(*command)
    if ended.returncode or "Traceback" in ended.stdout:
        return f"`{' '.join(command[1:])}` ended with {ended.returncode}: {ended.stdout[-400:]}"
    ran = len(re.findall(of_stages, ended.stdout, re.MULTILINE))
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
        name = list(COMMANDS)[i % len(COMMANDS)]
        outcome.inject(f"clone {i}, {name}", wrong_of, Copy(root, base), *COMMANDS[name])
        progress.step()
    assert content(base.root) == base.content
    return outcome
