"""Which stage starts when."""

import sys

import networkx
import pytest

from digitforge.errors import UserError
from digitforge.runner import early, jobs, machine, said
from digitforge.runner.durations import Durations, training
from digitforge.runner.early import Early
from digitforge.runner.machine import Machine
from digitforge.runner.schedule import Run, execute
from digitforge.runner.view import View
from digitforge.settings import recipes

SECONDS = {
    "verifier@a": 50.0,
    "train@long": 400.0,
    "train@short": 30.0,
    "leave_one_out@1": 100.0,
    "sample@long": 10.0,
    "sample@short": 10.0,
    "evaluate@long": 5.0,
    "evaluate@short": 5.0,
    "detection@1": 1.0,
    "report": 20.0,
}
EDGES = [
    *(("verifier@a", f"sample@{key}") for key in ("long", "short")),
    *(
        (f"{before}@{key}", f"{after}@{key}")
        for key in ("long", "short")
        for before, after in (("train", "sample"), ("sample", "evaluate"))
    ),
    ("leave_one_out@1", "detection@1"),
    *((name, "report") for name in ("evaluate@long", "evaluate@short", "detection@1")),
]


@pytest.fixture
def graph():
    return networkx.DiGraph(EDGES)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def order(graph, first=frozenset()):
    """In which order stages run, one at a time."""
    run = Run(graph, Durations(SECONDS), Machine(1), first)
    while found := run.next():
        run.waiting.remove(found[0])
        run.done.append(found[0])
    return run.done


def test_the_longest_chain_comes_first_and_is_finished_before_the_next(graph):
    assert order(graph) == [
        "train@long", "leave_one_out@1", "detection@1",
        "verifier@a", "sample@long", "evaluate@long",
        "train@short", "sample@short", "evaluate@short", "report",
    ]  # fmt: skip


def test_the_row_that_is_soonest_done_comes_first_of_all(graph):
    first = Early(graph, graph).first(graph, SECONDS)
    assert first == {"verifier@a", "train@short", "sample@short", "evaluate@short"}
    assert set(order(graph, first=first)[:4]) == first


def test_a_row_from_another_seed_is_no_row_of_an_early_report_and_no_report_waits_for_it(graph, started):
    again = [("verifier@a", "sample_again@short-2"), ("sample_again@short-2", "evaluate_again@short-2")]
    more = networkx.compose(graph, networkx.DiGraph([*again, ("evaluate_again@short-2", "report")]))
    reports = Early(more, more)
    assert reports.first(more, SECONDS) == Early(graph, graph).first(graph, SECONDS)
    run = Run(more, Durations({**SECONDS, "evaluate_again@short-2": 900.0}), Machine(2))
    run.done += ["verifier@a", "sample_again@short-2", "train@short", "sample@short", "evaluate@short"]
    assert reports.due(run) == (early.NAME, ["short"])


def test_nothing_comes_first_where_a_single_row_changed(graph):
    run = graph.subgraph({"train@long", "sample@long", "evaluate@long", "report"})
    assert Early(graph, run).first(run, SECONDS) == frozenset()


@pytest.fixture
def started(monkeypatch):
    """Names and commands of what is started, none of which really runs."""
    found = []
    monkeypatch.setattr(early, "Process", lambda name, command: found.append((name, command[3:])) or found[-1])
    return found


def test_early_reports_are_of_what_is_finished_and_come_as_rows_are_added(graph, started):
    more = networkx.compose(graph, networkx.DiGraph([(f"evaluate@{i}", "report") for i in range(4)]))
    run = Run(more, Durations({**SECONDS, **{f"evaluate@{i}": 500.0 for i in range(4)}}), Machine(2))
    reports = Early(more, more)
    assert reports.due(run) is None  # no row is finished
    run.done += ["train@short", "sample@short", "evaluate@short"]
    assert reports.due(run) is None  # the verifier isn't
    run.done += ["verifier@a", "detection@1"]
    assert reports.due(run) == (early.NAME, ["short", "detection@1"])
    assert reports.due(run) is None  # nothing is new
    run.done.append("evaluate@0")
    assert reports.due(run) == (early.NAME, ["0", "short", "detection@1"])
    run.done += ["evaluate@1", "evaluate@2", "evaluate@3"]
    run.waiting = ["report"]
    assert reports.due(run) is None  # the report itself is near


def test_rows_that_were_finished_before_are_in_an_early_report(graph, started):
    run = graph.subgraph({*graph} - {"train@short", "sample@short", "evaluate@short", "detection@1", "leave_one_out@1"})
    more = networkx.compose(
        networkx.DiGraph(run), networkx.DiGraph([("evaluate@x", "report"), ("evaluate@y", "report")])
    )
    whole = networkx.compose(more, graph)
    state = Run(more, Durations({**SECONDS, "evaluate@y": 900.0, "evaluate@x": 1.0}), Machine(2))
    state.done += ["verifier@a", "evaluate@x"]
    assert Early(whole, more).due(state) == (early.NAME, ["short", "x", "detection@1"])


def test_jobs_run_side_by_side_in_order_and_gpus_are_never_shared(project, graph):
    command = [sys.executable, "-c", "import os, time; time.sleep(.3); print(os.environ['CUDA_VISIBLE_DEVICES'])"]
    seen = []

    class Place(jobs.Here):
        def start(self, stage, gpu):
            return jobs.Process(stage, command, gpu)

    class Watching(View):
        def look(self, run):
            seen.append([(job.name, job.gpu) for job in run.running])

        def ended(self, run, job, failure):
            assert failure is None
            assert all(before in run.done for before in graph.predecessors(job.name))

    run = Run(graph, Durations(SECONDS), Machine(3, ("0", "1")))
    execute(run, Place(), Watching())
    assert set(run.done) == set(graph)
    assert max(map(len, seen)) == 3
    for moment in seen:
        used = [gpu for _, gpu in moment if gpu != "-1"]
        assert len(used) == len(set(used))
    assert {job.gpu for job in map(_Said, graph)} == {"0", "1", "-1"}


class _Said:
    """What a stage that has run said: the GPU that it saw."""

    def __init__(self, stage):
        self.gpu = jobs.log_of(stage).read_text().strip()


def test_a_stage_of_networks_waits_for_a_gpu_where_there_is_one():
    two = Machine(4, ("0", "1"))
    assert two.place("train@a", set()) == (True, "0")
    assert two.place("train@a", {"0"}) == (True, "1")
    assert two.place("train@a", {"0", "1"}) == (False, None)
    assert two.place("train_again@a-2", {"0", "1"}) == (False, None)
    assert two.place("evaluate@a", {"0", "1"}) == (True, "-1")
    assert two.place("evaluate_again@a-2", {"0", "1"}) == (True, "-1")
    assert Machine(4).place("train@a", {None}) == (True, None)


@pytest.mark.parametrize(("cores", "gpus", "gigabytes", "jobs"), [
    (1, 0, 64, 1), (2, 0, 64, 2), (4, 0, 64, 2), (16, 0, 64, 8), (16, 1, 64, 9), (16, 0, 7, 2), (2, 0, 1, 1),
])  # fmt: skip
def test_as_many_jobs_as_fit(monkeypatch, cores, gpus, gigabytes, jobs):
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: type("", (), {"available": gigabytes * 2**30}))
    assert machine.fitting(gpus) == jobs


@pytest.mark.parametrize(("named", "found"), [("", ()), ("-1", ()), ("0", ("0",)), ("2, GPU-8f", ("2", "GPU-8f"))])
def test_gpus_are_those_that_may_be_used(monkeypatch, named, found):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert machine.gpus() == found


def test_progress_is_read_from_what_a_training_says():
    bar = "a: training on the CPU\na:  12%|#2   | 168/1400 [00:15<01:52, 10.9step/s, loss 123.4]"
    assert said.progress(bar) == (0.12, "loss 123.4")
    assert said.progress("nothing yet") is None


def test_a_failure_is_the_error_in_what_the_job_said():
    assert said.failure("one\nerror: no disk: full\nERROR: failed to reproduce 'train@a'\n") == "no disk: full"
    assert said.failure("Traceback\nMemoryError\n\n") == "MemoryError"
    assert said.failure("\n") is None


def test_what_a_stage_took_is_known_the_next_time_and_a_damaged_file_is_no_matter(project):
    Durations.read().learn("sample@a", 12.34)
    assert Durations.read().of("sample@a") == 12.3
    (project / ".scratch/seconds.json").write_text("[1")
    assert Durations.read().of("sample@a") == Durations.read().of("sample_again@a-2") == 60


def test_longer_trainings_of_larger_networks_are_estimated_longer(project, monkeypatch):
    from tests import small

    content = small.content()
    row = content["variants"]["vae_small"]
    rows = {
        "a": row,
        "longer": row | {"fit": row["fit"] | {"steps": row["fit"]["steps"] * 9}},
        "many": row | {"fit": row["fit"] | {"batch": row["fit"]["batch"] * 9, "steps": row["fit"]["steps"] * 9}},
    }
    found = {}
    for key, one in rows.items():
        settings = {"budget": 1.0, "variant": one}
        monkeypatch.setattr(
            "digitforge.runner.durations.Recipe.read", lambda *_, s=settings: recipes.Recipe("train", "a", s, {})
        )
        found[key] = training(key)
    assert found["a"] < found["longer"] < found["many"]
    monkeypatch.undo()


def test_too_many_jobs_are_refused():
    with pytest.raises(UserError, match="--jobs: received 65; accepted: 1 to 64"):
        Machine.this(65)
