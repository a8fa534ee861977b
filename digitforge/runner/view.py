"""How a run is shown: live lines on a terminal, plain ones in a file."""

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from digitforge.runner.jobs import Job

if TYPE_CHECKING:
    from digitforge.runner.schedule import Run

TELL_EVERY_SECONDS = 60.0  # in a file, how far it is
NAMED = 4  # stages that wait, by name


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def counted(run: "Run") -> str:
    """How many of how many stages are done, and what is left."""
    total = len(run.done) + len(run.failed) + len(run.left_out) + len(run.running) + len(run.waiting)
    failed = f", {len(run.failed)} failed" if run.failed else ""
    return f"{len(run.done)} of {total} stages done{failed}, about {clock(run.seconds_left())} left"


class Plain:
    """A line for each stage that ends, and once a minute how far the run is."""

    def __init__(self) -> None:
        self.told = time.monotonic()

    def ended(self, run: "Run", job: Job, failure: str | None) -> None:
        """A stage has ended."""
        said = f"failed: {failure} ({job.log})" if failure else clock(job.seconds) if job.ran else "as it was"
        print(f"{job.stage}: {said}", flush=True)

    def look(self, run: "Run") -> None:
        """Called a few times a second."""
        if time.monotonic() - self.told > TELL_EVERY_SECONDS:
            self.told = time.monotonic()
            print(f"{counted(run)}; running: {', '.join(job.stage for job in run.running)}", flush=True)

    def close(self) -> None:
        """The run is over."""


class OnTerminal(Plain):
    """The same lines above a table of what runs, which is drawn anew a few times a second."""

    def __init__(self) -> None:
        super().__init__()
        self.live = Live(console=Console(), refresh_per_second=4, transient=True)
        self.live.start()

    def look(self, run: "Run") -> None:
        self.live.update(table(run))

    def close(self) -> None:
        self.live.stop()


def table(run: "Run") -> Table:
    """What runs, each with its bar; below it, what waits."""
    drawn = Table.grid(padding=(0, 2), expand=False)
    for job in run.running:
        trained = job.progress()
        share = trained[0] if trained else min(0.99, job.seconds / run.durations.of(job.stage))
        said = Text(trained[1] if trained else "", style="dim")
        drawn.add_row(Text(job.stage), ProgressBar(1.0, share, width=24), clock(job.seconds), said)
    names = ", ".join(run.waiting[:NAMED]) + (", …" if len(run.waiting) > NAMED else "")
    drawn.add_row(Text(counted(run), style="bold"), "", "", Text(f"next: {names}" if names else "", style="dim"))
    return drawn


def view() -> Plain:
    """For where the output goes."""
    return OnTerminal() if sys.stdout.isatty() else Plain()
