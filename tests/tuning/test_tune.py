"""`digitforge tune` for real, on a tiny row; each test starts where the last one ended."""

import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from mlflow import MlflowClient
from PIL import Image

from digitforge.errors import UserError
from digitforge.runner import machine
from digitforge.settings.params import load_params
from digitforge.settings.recipes import make
from digitforge.tuning import outcome
from digitforge.tuning.records import FAILED, FINISHED, Records
from digitforge.tuning.study import Study
from digitforge.tuning.tune import conclude, studied
from tests.small import ROOT

TRIALS = 4  # Optuna draws so few at random, so which one fails doesn't depend on what the others give
COMMAND = ("untrained", "--metric", "samples.fid", "--trials", str(TRIALS), "--budget", "20", "--jobs", "1")


@pytest.fixture
def here(tiny, monkeypatch):
    """The project as working folder."""
    monkeypatch.chdir(tiny.root)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return tiny


@pytest.fixture
def study(here):
    return Study.of(load_params(), "untrained", ["samples.fid"], TRIALS, 20.0, None)


@pytest.fixture(scope="module")
def interrupted(tiny):
    """What a study said that was ended by Ctrl-C once it had done a trial, and then what the same command said."""
    process = tiny.start(*COMMAND)
    said = ""
    while "1 of" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    places = [place for one in family for place in one.net_connections("inet") if place.status == "LISTEN"]
    assert places
    assert {place.laddr.ip.removeprefix("::ffff:") for place in places} <= {"127.0.0.1", "::1"}
    os.killpg(process.pid, signal.SIGINT)
    said += process.communicate()[0]
    gone, alive = psutil.wait_procs(family, timeout=30)
    assert len(gone) > 2
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
    assert (process.returncode, "Traceback" in said) == (130, False), said
    return said, tiny.tune(*COMMAND)


def test_an_interrupted_study_goes_on(interrupted, study):
    first, (code, said) = interrupted
    assert code == 0, said
    assert "trial 1: starts with fit.learning_rate 0.01, fit.optimizer.momentum 0.9, model.code 2" in first
    assert re.search(rf"untrained: the study goes on, \d of {TRIALS} trials are done", said)
    assert f"{TRIALS} of {TRIALS} trials done" in said
    assert "trial 1: starts" not in said
    assert "Traceback" not in said
    records = Records(study)
    assert sorted(record.number for record in records.ended) == list(range(1, TRIALS + 1))
    assert records.committed.number == 1
    values = [record.last["samples.fid"] for record in records.finished]
    assert values == sorted(values)
    assert all(record.last["steps"] == 18 * 20 / record.values["fit.batch"] for record in records.finished)


def test_a_trial_that_fails_is_named_and_ends_nothing(interrupted, study):
    failed = [record for record in Records(study).ended if record.status == FAILED]
    assert failed
    assert all(record.values["fit.optimizer.momentum"] == 1.0 for record in failed)
    assert "lower fit.learning_rate" in failed[0].why
    assert f"trial {failed[0].number} failed: {failed[0].why}" in interrupted[1][1]


def test_every_trial_is_a_child_run_in_mlflow(interrupted, study):
    client = MlflowClient(f"sqlite:///{Path('mlflow.db').resolve()}")
    experiment = client.get_experiment_by_name("small")
    runs = client.search_runs([experiment.experiment_id])
    (parent,) = [run for run in runs if run.data.tags.get("stage") == "tune"]
    children = {run.info.run_name: run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id}
    records = Records(study)
    assert set(children) == {f"trial {record.number}" for record in records.ended}
    assert parent.info.status == "FINISHED"
    for record in records.finished:
        run = children[f"trial {record.number}"]
        assert (run.info.status, run.data.tags["status"]) == ("FINISHED", FINISHED)
        assert run.data.params["model.code"] == str(record.values["model.code"])
        history = client.get_metric_history(run.info.run_id, "samples/fid")
        assert [metric.step for metric in history] == [rung["step"] for rung in record.rungs]
        assert history[-1].value == pytest.approx(record.last["samples.fid"])
        assert run.data.metrics["seconds"] > 0


def test_two_metrics_are_plotted_with_the_trials_that_none_beats(interrupted, study):
    both = replace(study, metrics=["samples.fid", "seconds"])
    records = Records(both)
    records.trials = Records(study).trials
    front = [(record.last["samples.fid"], record.last["seconds"]) for record in records.front]
    for record in records.finished:
        found = record.last["samples.fid"], record.last["seconds"]
        assert found in front or any(a <= found[0] and b <= found[1] for a, b in front)
    said = "\n".join(conclude(both, records, write=False))
    assert re.search(r"^no trial beats these in both samples.fid and seconds: \d.*; .*/pareto.png$", said, re.MULTILINE)
    with Image.open(both.folder / "pareto.png") as picture:
        assert picture.width > 100


def test_a_finished_study_runs_nothing_and_its_winner_is_written_alone(interrupted, here, monkeypatch):
    monkeypatch.setattr("digitforge.tuning.tune.search", lambda *arguments: pytest.fail("it ran again"))
    study, records = studied("untrained", ["samples.fid"], TRIALS, 20.0, None, 1)
    # The row's own values may well be the best of so few.
    records.trials = {name: one for name, one in records.trials.items() if one is not records.committed}
    before, text = dict(make(load_params(), ROOT)), Path("params.yaml").read_text()
    said = conclude(study, records, write=True)
    params, changed = load_params(), outcome.changes(study, records.finished[0])
    assert changed
    assert {f"  {line}" for line in outcome.difference(study, changed)} < set(said)
    row = params.model_dump(mode="json")["variants"]["untrained"]
    assert {path: outcome.look_up(row, path) for path in changed} == changed
    lines = zip(text.splitlines(), Path("params.yaml").read_text().splitlines(), strict=True)
    assert sum(old != new for old, new in lines) == len(changed)
    after = dict(make(params, ROOT))
    assert "train@untrained" in {name for name in after if after[name] != before[name]}
    assert "train@tiny" not in {name for name in after if after[name] != before[name]}


def test_an_edit_begins_another_study_and_says_so(interrupted, here, study, monkeypatch, capsys):
    monkeypatch.setattr("digitforge.tuning.tune.search", lambda *arguments: None)
    studied("untrained", ["samples.fid"], TRIALS, 21.0, None, 1)
    assert "untrained: a new study, as settings, space, command, code or data are others" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "x"}, "params.yaml: no variant 'x'; there are untrained, tiny"),
        ({"key": "tiny"}, "params.yaml: tune: received no space of tiny; accepted: untrained"),
        ({"metrics": ["samples.fit"]}, "--metric: received 'samples.fit'; accepted: reconstruction.recognised, "),
        ({"metrics": ["seconds"]}, "--metric: received seconds; accepted: one, or two different ones"),
        ({"trials": 0}, "--trials: received 0; accepted: above 0"),
        ({"budget": -1.0}, "--budget: received -1.0; accepted: above 0"),
    ],
)
def test_a_mistake_is_one_line(here, changes, message):
    command = {"key": "untrained", "metrics": ["samples.fid"], "trials": 3, "budget": 1.0, "seconds": None, "jobs": 1}
    with pytest.raises(UserError, match=re.escape(message)) as error:
        studied(**command | changes)
    assert "\n" not in str(error.value)


def test_without_the_extra_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=re.escape("needs ray and optuna; type: pip install -e '.[scale]'")):
        machine.demand("digitforge tune", "ray", "optuna")
