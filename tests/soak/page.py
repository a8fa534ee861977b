"""The page that says what was injected, and what was lost: reports/RELIABILITY.md."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.soak.outcome import Outcome

PACKAGES = ("tensorflow", "keras", "dvc", "mlflow", "gradio", "pydantic", "pillow", "numpy", "hypothesis")
INTRO = """# Reliability

What was done to the project to break it, and what came of it. `make soak` injects these faults and writes this page.
Each is drawn from a seed, so that one that was lost can be repeated.
"""


def table(header: list[str], rows: list[list[str]]) -> str:
    marks = [":--", *["--:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, marks, *rows])


def page(outcomes: list[Outcome], options: str, minutes: float) -> str:
    """The page, in Markdown."""
    kinds = [[o.name, f"{o.injected:,}", f"{o.survived:,}", f"{len(o.lost):,}"] for o in outcomes]
    total = [sum(values) for values in zip(*((o.injected, o.survived, len(o.lost)) for o in outcomes), strict=True)]
    kinds.append(["**all**", *(f"**{number:,}**" for number in total)])
    measured = [o for o in outcomes if "p99" in o.figures]
    parts = [INTRO, "## Faults\n", table(["kind", "injected", "survived", "lost"], kinds), ""]
    if measured:
        names = [*measured[0].figures]
        parts += [
            "## Requests\n",
            table(["server", *names], [[o.name, *(o.figures[n] for n in names)] for o in measured]),
        ]
        parts += [
            "",
            "p50 and p99 are of sound requests, after a warm-up. Memory is that of the server's processes.",
            "",
        ]
    parts += ["## What counts as survival\n", *(f"- **{o.name}**: {o.survival}.{noted(o)}" for o in outcomes), ""]
    parts += ["## Lost\n", *(lost(o) for o in outcomes if o.lost), *(["None."] if not total[2] else []), ""]
    parts += ["## How to repeat it\n", f"```console\nmake soak{f' SOAK={options!r}' if options else ''}\n```\n"]
    parts += ["`python -m tests.soak --help` lists the counts, and `--only` chooses kinds.", "", *machine(minutes), ""]
    return "\n".join(parts)


def noted(outcome: Outcome) -> str:
    """What else there is to say."""
    figures = "; ".join(f"{name} {value}" for name, value in outcome.figures.items() if "p99" not in outcome.figures)
    return "".join(f" {text}" for text in (outcome.note, f"({figures})" if figures else "") if text)


def lost(outcome: Outcome) -> str:
    return "\n".join(f"- {outcome.name}: {one}".replace("|", "\\|") for one in outcome.lost)


def machine(minutes: float) -> list[str]:
    """Where and when."""
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {minutes:.0f} minutes, commit {found.stdout.strip() or 'unknown'}; "
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; {packages}."
    ]


def write(path: Path, outcomes: list[Outcome], options: str, minutes: float) -> None:
    """Replace the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(page(outcomes, options, minutes), encoding="utf-8")
    partial.replace(path)
