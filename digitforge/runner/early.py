"""Early reports: the report of the variants that are finished, while others still train.

`python -m digitforge.runner.early KEY ...` writes reports/early.html. It runs in a folder of its own in .scratch, where
only the metrics of finished variants and digits are, so that nothing of an earlier run gets in.
"""

import os
import shutil
import sys
from pathlib import Path

import networkx

from digitforge import files
from digitforge.errors import user_errors
from digitforge.runner.graph import Graph
from digitforge.runner.jobs import Job, Process
from digitforge.runner.schedule import Run
from digitforge.settings.seeds import kind

NAME = "early report"
PAGE = files.REPORTS / "early.html"
OF_ROWS = ("train", "sample", "evaluate", "leave_one_out", "detection")  # stages of one variant, or of one digit
WORTH_SECONDS = 300.0  # that a run must still take
GROWTH = 1.5  # by how much more variants than the last one a report has


class Early:
    """Knows when an early report is due. whole: the graph of all stages, the finished ones too."""

    def __init__(self, whole: Graph, run: Graph) -> None:
        self.finished = {name for name in whole if name not in run}
        self.shared = needed_by_all(whole) & set(run)
        self.shown = 0
        rows = [name for name in run if name.startswith("evaluate@")]
        self.renews = len(rows) > 1 and "report" in run

    def first(self, graph: Graph, seconds: dict[str, float]) -> frozenset[str]:
        """The stages that an early report needs: those of all rows, and those of the row that is soonest done."""
        if not self.renews:
            return frozenset()
        rows = [name for name in graph if name.startswith("evaluate@")]
        chains = {name: networkx.ancestors(graph, name) | {name} for name in rows}
        soonest = min(rows, key=lambda name: (sum(seconds[one] for one in chains[name]), name))
        return frozenset(self.shared | chains[soonest])

    def due(self, run: Run) -> Job | None:
        """Start one, if it is time."""
        done = self.finished | set(run.done)
        rows = [name.partition("@")[2] for name in sorted(done) if name.startswith("evaluate@")]
        fresh = any(name.startswith("evaluate@") for name in run.done)
        if not (self.renews and fresh and self.shared <= done and len(rows) >= max(1, GROWTH * self.shown)):
            return None
        if run.seconds_left() < WORTH_SECONDS or any(job.name == NAME for job in run.running):
            return None
        self.shown = len(rows)
        digits = [name for name in sorted(done) if name.startswith("detection@")]
        return Process(NAME, [sys.executable, "-m", "digitforge.runner.early", *rows, *digits])


def needed_by_all(whole: Graph) -> set[str]:
    """The stages before the report that are of no single variant or digit, except those that need all of them."""
    of_rows = {name for name in whole if kind(name) in OF_ROWS}
    after = set().union(*(networkx.descendants(whole, name) for name in of_rows))
    return (networkx.ancestors(whole, "report") if "report" in whole else set()) - of_rows - after


def write(keys: list[str], digits: list[int]) -> None:
    """Write reports/early.html, of these variants and these digits of the study."""
    from digitforge.protocol import trusted
    from digitforge.report import writing
    from digitforge.settings.params import ResultParams
    from digitforge.settings.recipe import Recipe

    project, folder = Path.cwd(), files.scratch() / "early"
    shutil.rmtree(folder, ignore_errors=True)
    metrics = folder / files.METRICS
    (metrics / "leave_one_out").mkdir(parents=True)
    (folder / "artifacts").symlink_to(project / "artifacts")
    shutil.copytree(files.METRICS / "verifier", metrics / "verifier")
    names = [f"{key}{ending}" for key in keys for ending in (".json", ".details.json")]
    for name in [*names, *(f"leave_one_out/{digit}.json" for digit in digits)]:
        shutil.copyfile(files.METRICS / name, metrics / name)
    params = ResultParams.model_validate(Recipe.read("report").settings)
    rows = {key: row for key, row in params.variants.items() if key in keys}
    study = params.leave_one_out.model_copy(update={"digits": digits})
    waiting = len(params.variants) - len(rows)
    os.chdir(folder)
    trusted.write(Recipe.read("judge"), [*rows])
    once = params.seeds.model_copy(update={"rows": []})
    writing.write(params.model_copy(update={"variants": rows, "leave_one_out": study, "seeds": once}), waiting)
    os.chdir(project)
    with files.atomic(PAGE) as partial:
        shutil.copyfile(folder / files.REPORTS / "index.html", partial)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with user_errors():
        given = sys.argv[1:]
        write(
            [name for name in given if "@" not in name],
            [int(name.partition("@")[2]) for name in given if "@" in name],
        )
