"""Programs that end early, for real: each runs in a process of its own."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

STAGE = """
import sys, time
from pathlib import Path
from digitforge import ending, files
from digitforge.errors import user_errors

place = Path(sys.argv[1])
with user_errors(), files.atomic(place) as partial:
    partial.write_text("half")
    place.with_name("started").touch()
    time.sleep(60)
"""
# As a stage that imports much: its package begins, then it takes its time.
IMPORTING = """
import sys, time
from pathlib import Path
Path(sys.argv[1]).with_name("started").touch()
time.sleep(60)
"""
PACKAGE = """
from digitforge import beginning, ending
ending.LOOK_EVERY_SECONDS = 0.1
beginning.begin()
"""
# What DVC does: it starts a shell, which starts the stage.
DVC = "import subprocess, sys; subprocess.run(['sh', '-c', sys.argv[1]])"


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.05)


@pytest.fixture(params=[STAGE, IMPORTING], ids=["running", "importing"])
def code(request):
    return request.param


@pytest.fixture
def stage(tmp_path, code, monkeypatch):
    """A package of one stage, and the command that runs it."""
    package = tmp_path / "code/steps"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(PACKAGE)
    (package / "one.py").write_text(code)
    (tmp_path / "results").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages: {}")
    paths = [str(tmp_path / "code"), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.chdir(tmp_path)
    return f"{sys.executable} -m steps.one {tmp_path / 'results/result'}; true"


def left(tmp_path):
    return sorted(path.name for path in (tmp_path / "results").iterdir())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_stage_ends_when_its_dvc_is_gone(tmp_path, stage, number):
    dvc = subprocess.Popen([sys.executable, "-c", DVC, stage], env=os.environ | {"DVC_STAGE": "train@key"})
    wait_for(tmp_path / "results/started", dvc)
    children = psutil.Process(dvc.pid).children(recursive=True)
    assert len(children) == 2  # the shell too
    dvc.send_signal(number)
    dvc.wait()
    psutil.wait_procs(children)
    assert left(tmp_path) == ["started"]


def test_a_stage_run_by_hand_outlives_the_shell_that_started_it(tmp_path, stage):
    without = {name: value for name, value in os.environ.items() if name != "DVC_STAGE"}
    shell = subprocess.Popen([sys.executable, "-c", DVC, stage], env=without)
    wait_for(tmp_path / "results/started", shell)
    process = psutil.Process(shell.pid).children(recursive=True)[-1]
    shell.kill()
    shell.wait()
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(1)
    process.terminate()
    process.wait()


@pytest.mark.parametrize(("number", "ended"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_is_one_line_and_leaves_nothing_half_written(tmp_path, stage, code, number, ended):
    command = stage.removesuffix("; true").split()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_for(tmp_path / "results/started", process)
    process.send_signal(number)
    _, said = process.communicate()
    if code is IMPORTING:  # nothing is begun yet, and nothing to be said
        assert (process.returncode, said) == (-number, "")
    else:
        assert (process.returncode, said.count("\n")) == (ended, 1)
        assert said.startswith("interrupted; a training goes on from its last checkpoint")
    assert left(tmp_path) == ["started"]
