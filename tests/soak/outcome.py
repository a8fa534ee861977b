"""What injecting faults of one kind came to."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Wrong = str | None | tuple[str, str | None]


@dataclass
class Outcome:
    """A kind of fault: how many were injected, how many survived, and of each that was lost how to repeat it.

    survival: what counts as surviving. note: what else there is to say. figures: names and values for the page.
    """

    name: str
    survival: str
    injected: int = 0
    lost: list[str] = field(default_factory=list)
    note: str = ""
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def survived(self) -> int:
        return self.injected - len(self.lost)

    def add(self, fault: str, wrong: str | None) -> None:
        """Count a fault; `wrong` says what was lost by it, None that nothing was."""
        self.injected += 1
        if wrong:
            self.lost.append(f"{fault}: {' '.join(wrong.split())[:600]}")
            print(f"LOST {self.name}: {self.lost[-1]}", flush=True)

    def inject(self, fault: str, act: Callable[..., Wrong], *arguments: Any) -> None:
        """Call `act`, which says what was lost or None, or that after what was done; what it raises is lost too."""
        try:
            found = act(*arguments)
            done, wrong = found if isinstance(found, tuple) else ("", found)
            wrong = f"{done}: {wrong}" if wrong and done else wrong
        except Exception as error:  # the very thing that is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            wrong = f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})"
        self.add(fault, wrong)


class Progress:
    """A line every ten seconds that says how far a kind is."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.count, self.done = name, count, 0
        self.said = self.began = time.monotonic()

    def step(self) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.said > 10 or self.done == self.count:
            self.said = now
            print(f"{self.name}: {self.done} of {self.count} in {now - self.began:.0f} s", flush=True)


def one_line(said: str, most: int = 500) -> str | None:
    """What is wrong with what a user was told: it should be one line, and not a long one."""
    said = said.encode("utf-8", "backslashreplace").decode()  # as stderr writes what is no Unicode
    if len(said.splitlines()) > 1 or not said.isprintable():
        return f"not one line of text: {said[:200]!r}"
    return f"{len(said)} characters: {said[:200]!r}" if len(said) > most else None
