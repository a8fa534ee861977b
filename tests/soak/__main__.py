"""`python -m tests.soak`: inject faults of every kind; exit code 1 if anything is lost."""

import argparse
import multiprocessing
import os
import shlex
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tests.soak import page
from tests.soak.base import Base, without_dvc_root
from tests.soak.kinds import KINDS, inject
from tests.soak.outcome import Outcome

PAGE = Path("reports/RELIABILITY.md")
COUNTS = {"explorer": "requests", "model": "requests"}  # options with another name than the kind


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    for name in dict.fromkeys(COUNTS.get(kind, kind) for kind in KINDS):
        default = next(count for kind, (count, _, _) in KINDS.items() if COUNTS.get(kind, kind) == name)
        made.add_argument(f"--{name}", type=int, default=default, help=f"how many (default: {default:,})")
    made.add_argument("--only", nargs="+", choices=[*KINDS], metavar="KIND", help=f"some kinds: {', '.join(KINDS)}")
    made.add_argument("--jobs", type=int, default=1, help="how many kinds at a time (default: 1)")
    made.add_argument("--seed", type=int, default=0, help="of what is drawn (default: 0)")
    made.add_argument("--page", type=Path, help=f"the page to write (default: {PAGE}, and none with --only)")
    made.add_argument("--folder", type=Path, help="where the small project and its copies are made, and kept")
    return made


def soak(options: argparse.Namespace, folder: Path) -> list[Outcome]:
    """Inject what was asked for, each kind in a process of its own, those that take longest first."""
    chosen = [kind for kind in KINDS if kind in (options.only or KINDS)]
    base = None
    if any(needs_base for kind, (_, _, needs_base) in KINDS.items() if kind in chosen):
        print(f"making a small project in {folder}", flush=True)
        base = Base.made(folder / "base")
    spawn = multiprocessing.get_context("spawn")  # what one kind imports or starts, the next doesn't inherit
    with ProcessPoolExecutor(options.jobs, mp_context=spawn, max_tasks_per_child=1) as pool:
        running = {
            kind: pool.submit(inject, kind, getattr(options, COUNTS.get(kind, kind)), options.seed, base)
            for kind in reversed(chosen)
        }
        return [running[kind].result() for kind in chosen]


def main() -> int:
    """Inject, write the page -> the exit code."""
    options = parser().parse_args()
    without_dvc_root()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
        outcomes = soak(options, (options.folder or Path(temporary)).resolve())
    place = options.page or (None if options.only else PAGE)
    if place:
        page.write(place, outcomes, shlex.join(sys.argv[1:]), (time.monotonic() - began) / 60)
        print(f"written: {place}")
    lost = sum(len(outcome.lost) for outcome in outcomes)
    print(f"{sum(outcome.injected for outcome in outcomes):,} injected, {lost:,} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
