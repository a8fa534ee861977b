"""The kinds of faults, and how each is injected."""

import time
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

from tests.soak.base import Base
from tests.soak.outcome import Outcome

# Kind -> how many by default, the function that injects so many, whether it needs the small project.
KINDS: dict[str, tuple[int, str, bool]] = {
    "params": (5_000, "params:run", False),
    "images": (5_000, "images:run", False),
    "idx": (3_000, "idx:run", False),
    "disk": (20, "disk:run", True),
    "explorer": (200, "servers:explorer", True),
    "model": (200, "servers:model", True),
    "damages": (40, "damages:run", True),
    "downloads": (30, "downloads:run", False),
    "calls": (300, "calls:run", True),
    "tracking": (15, "tracking:run", True),
    "clones": (2, "clones:run", True),
    "kills": (100, "kills:run", True),
}


def injector(name: str) -> Callable[[int, int, Any], Outcome]:
    """The function that injects faults; its file is imported when its turn has come."""
    file, function = name.split(":")
    return getattr(import_module(f"tests.soak.{file}"), function)


def inject(kind: str, count: int, seed: int, base: Base | None) -> Outcome:
    """All faults of a kind, with a line for what they came to."""
    began = time.monotonic()
    try:
        outcome = injector(KINDS[kind][1])(count, seed, base)
    except Exception:  # of this kind nothing is known then; the others go on
        outcome = Outcome(kind, "the injection itself works", injected=1, lost=[traceback.format_exc()])
    seconds = time.monotonic() - began
    print(f"{outcome.name}: {outcome.injected} injected, {len(outcome.lost)} lost, {seconds:.0f} s", flush=True)
    return outcome
