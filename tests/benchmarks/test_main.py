import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [[], ["speed", "quality"], ["before"], ["stages", "1", "1"]])
def test_a_wrong_argument_is_one_line_and_exit_code_2(arguments):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1].startswith("error: received")
    assert "accepted: speed, quality, stages" in found.stderr.splitlines()[-1]
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("budget", ["0", "2", "half", "nan"])
def test_a_wrong_budget_is_told_before_anything_is_measured(budget):
    command = [sys.executable, "-m", "benchmarks", "stages", budget]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1] == f"error: budget: received '{budget}'; accepted: a number above 0, up to 1"
