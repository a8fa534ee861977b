"""`digitforge run` for real, on a pipeline whose stages are a shell's."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from digitforge.runner.run import tell_of_git


def test_a_failure_stops_only_what_needs_it_and_a_rerun_does_the_rest(pipeline):
    (pipeline.root / "go").touch()
    code, said = pipeline.run("--jobs", "2")
    assert code == 1
    assert "6 stages to run, 2 at a time" in said
    assert re.search(r"^error: bad: a is no b; more is in .*/bad\.log, or type: dvc repro -s bad$", said, re.MULTILINE)
    assert "left out, as they need these: after\n" in said
    assert (pipeline.root / "last").read_text() == "d\nb"
    assert re.search(r"^a: 0:\d\d\nWARNING: a is odd$", said, re.MULTILINE)
    assert "Traceback" not in said
    (pipeline.root / "mended").touch()
    code, said = pipeline.run("--jobs", "2")
    assert code == 0
    assert "2 stages to run" in said
    assert (pipeline.root / "after").read_text() == "bad\nb"
    assert "up to date" in pipeline.changed()
    code, said = pipeline.run()
    assert (code, "to run" in said) == (0, False)


def waiting(pipeline, process):
    """Wait until stage `b` runs -> all processes of the run."""
    while not (pipeline.root / "waits").exists():
        assert process.poll() is None
        time.sleep(0.05)
    return [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]


LONG = [pytest.param(name, marks=pytest.mark.long) for name in ("SIGTERM", "SIGHUP", "SIGKILL")]


@pytest.mark.parametrize("name", ["SIGINT", *LONG])
def test_what_ends_a_run_ends_its_stages_and_a_rerun_goes_on(pipeline, name):
    (pipeline.root / "mended").touch()
    process = pipeline.start("--jobs", "2")
    family = waiting(pipeline, process)
    os.kill(process.pid, getattr(signal, name))
    said = process.communicate()[0]
    assert process.returncode not in (0, None)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
    assert "Traceback" not in said
    assert not (pipeline.root / "b").exists()
    (pipeline.root / "go").touch()
    code, said = pipeline.run("--jobs", "2")
    assert code == 0, said
    assert "up to date" in pipeline.changed()


def test_another_folder_than_a_projects_is_refused(pipeline, tmp_path_factory):
    pipeline.root = tmp_path_factory.mktemp("empty")
    for options in ([], ["--address", "auto"]):
        code, said = pipeline.run(*options)
        assert code == 2
        assert said.startswith(f"error: {pipeline.root}: no project here or in a folder above; accepted: a folder with")
        assert said.count("\n") == 1


@pytest.mark.parametrize("jobs", ["0", "65", "-1"])
def test_another_number_of_jobs_is_refused(pipeline, jobs):
    code, said = pipeline.run("--jobs", jobs)
    assert (code, said) == (2, f"error: --jobs: received {jobs}; accepted: 1 to 64\n")


def test_dvc_is_told_whether_git_is_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q", "--no-scm"], check=True)
    local = tmp_path / ".dvc/config.local"
    local.write_text("[cache]\n    type = copy\n")
    tell_of_git()
    assert "no_scm = true" in local.read_text()
    subprocess.run(["git", "init", "-q"], check=True)
    tell_of_git()
    assert local.read_text().split() == ["[cache]", "type", "=", "copy"]


@pytest.mark.long
def test_a_folder_outside_git_runs(pipeline):
    for name in ("go", "mended"):
        (pipeline.root / name).touch()
    shutil.rmtree(pipeline.root / ".git")
    code, said = pipeline.run()
    assert code == 0, said
    assert (pipeline.root / "last").read_text() == "d\nb"
