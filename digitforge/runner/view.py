"""How a run is shown: live lines on a terminal, plain ones in a file."""

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from digitforge.report.summary import in_a_line
from digitforge.runner.jobs import Job
from digitforge.settings.seeds import kind

if TYPE_CHECKING:
    from digitforge.runner.schedule import Run

TELL_EVERY_SECONDS = 60.0  # in a file, how far it is
NAMED = 4  # stages that wait, by name


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or hours and minutes."""
    minutes = int(seconds) // 60
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes}:{int(seconds) % 60:02}"


def counted(run: "Run") -> str:
    """How many of how many stages are done, and what is left."""
    failed = f", {len(run.failed)} failed" if run.failed else ""
    return f"{len(run.done)} of {len(run.graph)} stages done{failed}, about {clock(run.seconds_left())} left"


def told(job: Job, failure: str | None) -> str:
    """How a job ended."""
    if failure:
        return f"{job.name}: FAILED: {failure}"
    found = f"   {in_a_line(job.name.partition('@')[2])}" if kind(job.name) == "evaluate" else ""
    return f"{job.name}: {clock(job.seconds)}{found}"


class View:
    """In a file: a line for each job that ends, with its warnings, and once a minute how far the run is."""

    def __init__(self) -> None:
        self.told = time.monotonic()

    def ended(self, run: "Run", job: Job, failure: str | None) -> None:
        """A job has ended."""
        for line in (told(job, failure), *job.warnings()):
            self.say(line)

    def say(self, line: str) -> None:
        """A line that stays."""
        print(line, flush=True)

    def look(self, run: "Run") -> None:
        """Called a few times a second."""
        if time.monotonic() - self.told > TELL_EVERY_SECONDS:
            self.told = time.monotonic()
            self.say(f"{counted(run)}; running: {', '.join(job.name for job in run.running)}")

    def close(self) -> None:
        """The run is over."""


class OnTerminal(View):
    """The same lines above a table of what runs, which is drawn anew a few times a second."""

    def __init__(self) -> None:
        super().__init__()
        self.live = Live(console=Console(highlight=False), refresh_per_second=4, transient=True)
        self.live.start()

    def say(self, line: str) -> None:
        self.live.console.print(
            Text(line), style="red" if "FAILED" in line else "yellow" if line.startswith("WARNING") else None
        )

    def look(self, run: "Run") -> None:
        self.live.update(table(run))

    def close(self) -> None:
        self.live.stop()


def table(run: "Run") -> Table:
    """What runs, each with its bar; below it, what waits."""
    drawn = Table.grid(padding=(0, 2), expand=False)
    for job in run.running:
        trained = job.progress()
        share = trained[0] if trained else min(0.99, job.seconds / run.durations.of(job.name))
        said = Text(trained[1] if trained else "", style="dim")
        drawn.add_row(Text(job.name), ProgressBar(1.0, share, width=24), clock(job.seconds), said)
    names = ", ".join(run.waiting[:NAMED]) + (", …" if len(run.waiting) > NAMED else "")
    drawn.add_row(Text(counted(run), style="bold"))
    if names:
        drawn.add_row(Text(f"next: {names}", style="dim"))
    return drawn


def fitting() -> View:
    """The view for where the output goes."""
    return OnTerminal() if sys.stdout.isatty() else View()
