"""What can be read off what a stage says: how far it is, and why it failed."""

import re

ERROR = re.compile(r"^error: (.*)$", re.MULTILINE)
WARNING = re.compile(r"^WARNING: .*$", re.MULTILINE)
OF_DVC = re.compile(r"ERROR: failed to reproduce|> |Running stage ")  # what it says beside
BAR = re.compile(r"(\d+)%\|[^|]*\|\s*\d+/\d+ \[[^\]]*?([^,\]]*)\]")  # of tqdm; at its end is what it says beside


def progress(said: str) -> tuple[float, str] | None:
    """How far a training is, 0 to 1, and what its bar says beside; None where nothing trains."""
    found = BAR.findall(said)
    return (int(found[-1][0]) / 100, found[-1][1].strip()) if found else None


def failure(said: str) -> str | None:
    """Why a stage failed, in a line; None where it didn't say a word."""
    lines = [line for line in said.splitlines() if line.strip()]
    errors = ERROR.findall(said) or [line for line in lines if not OF_DVC.match(line)] or lines
    return errors[-1].strip() if errors else None


def ran(said: str, stage: str) -> bool:
    """Whether DVC ran a stage, rather than to find that nothing changed or to bring back an earlier result."""
    return f"Running stage '{stage}'" in said


def warnings(said: str) -> list[str]:
    """The lines that warn."""
    return WARNING.findall(said)
