"""Contestants take turns: programs that are started once, and then work for a block whenever they are asked.

So rivals from different environments (TensorFlow, PyTorch) are measured within one run, a block of each in turn, and
what slows the machine for a while slows them all. Standard library only: both sides use it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

Facts = dict[str, Any]
IMAGES = 20_000  # that every contestant trains on


class Turns:
    """The contestant's side. Whatever else the program prints goes to stderr."""

    def __init__(self) -> None:
        self.pipe = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self.began = 0.0

    def start(self, **facts: Any) -> None:
        """Say that all is built, with `facts` about it, and wait for the first turn."""
        self._send(facts)
        self._wait()

    def done(self, steps: int) -> None:
        """Report a block of `steps` that has just ended, and wait for the next turn; there is none: end the program."""
        self._send({"seconds_per_step": (time.perf_counter() - self.began) / steps})
        self._wait()

    def _send(self, message: Facts) -> None:
        print(json.dumps(message), file=self.pipe, flush=True)

    def _wait(self) -> None:
        if not sys.stdin.readline():
            os._exit(0)  # from the middle of a training loop that has served its purpose
        self.began = time.perf_counter()


class Contestant:
    """The driver's side: a running program and the seconds per step of its blocks."""

    def __init__(self, name: str, command: Sequence[str | Path]) -> None:
        self.name = name
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (open as long as the program runs)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True, bufsize=1
        )
        self.facts = self._receive()
        self.blocks: list[float] = []

    def turn(self) -> float:
        """Have it work for a block -> seconds per step."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.blocks.append(float(self._receive()["seconds_per_step"]))
        return self.blocks[-1]

    def close(self) -> None:
        """End the program."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.said.close()

    def _receive(self) -> Facts:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.said.seek(0)
            last_words = self.said.read()[-2000:]
            self.close()
            raise RuntimeError(f"{self.name} ended: {last_words}")
        return dict(json.loads(line))


def interleave(contestants: Sequence[Contestant], rounds: int) -> dict[str, float]:
    """A block of each in turn, `rounds` times, after a first block that isn't counted -> median seconds per step."""
    for _ in range(rounds + 1):
        for contestant in contestants:
            contestant.turn()
    return {contestant.name: median(contestant.blocks[-rounds:]) for contestant in contestants}
