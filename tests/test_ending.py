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

ending.LOOK_EVERY_SECONDS = 0.1
with user_errors(), files.atomic(Path(sys.argv[1])) as partial:
    partial.write_text("half")
    Path(sys.argv[1] + ".started").touch()
    time.sleep(60)
"""
# What DVC does: it starts a shell, which starts the stage.
DVC = "import subprocess, sys; subprocess.run(['sh', '-c', sys.argv[1]])"


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.05)


@pytest.fixture
def stage(tmp_path):
    path = tmp_path / "stage.py"
    path.write_text(STAGE, encoding="utf-8")
    return f"{sys.executable} {path} {tmp_path / 'result'}; true"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_stage_ends_when_its_dvc_is_gone(tmp_path, stage, number):
    dvc = subprocess.Popen([sys.executable, "-c", DVC, stage], env=os.environ | {"DVC_STAGE": "train@key"})
    wait_for(tmp_path / "result.started", dvc)
    children = psutil.Process(dvc.pid).children(recursive=True)
    assert len(children) == 2  # the shell too
    dvc.send_signal(number)
    dvc.wait()
    psutil.wait_procs(children)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.started", "stage.py"]


def test_a_stage_run_by_hand_outlives_the_shell_that_started_it(tmp_path, stage):
    without = {name: value for name, value in os.environ.items() if name != "DVC_STAGE"}
    shell = subprocess.Popen([sys.executable, "-c", DVC, stage], env=without)
    wait_for(tmp_path / "result.started", shell)
    process = psutil.Process(shell.pid).children(recursive=True)[-1]
    shell.kill()
    shell.wait()
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(1)
    process.terminate()
    process.wait()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_is_one_line_and_leaves_nothing_half_written(tmp_path, stage, number, code):
    command = stage.removesuffix("; true").split()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_for(tmp_path / "result.started", process)
    process.send_signal(number)
    _, said = process.communicate()
    assert (process.returncode, said.count("\n")) == (code, 1)
    assert said.startswith("interrupted; a training goes on from its last checkpoint")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["result.started", "stage.py"]
