import subprocess
import sys

import pytest

from benchmarks.__main__ import main
from digitforge.errors import user_errors


def said(arguments, monkeypatch, capsys):
    """What the command says last before it ends with exit code 2."""
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit) as ended, user_errors():
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [[], ["speed", "quality"], ["before"], ["stages", "1", "1"]])
def test_a_wrong_argument_is_one_line(arguments, monkeypatch, capsys):
    line = said(arguments, monkeypatch, capsys)
    assert line.startswith("error: received")
    assert "accepted: speed, quality, stages, before REVISION" in line


def test_so_it_is_from_a_shell():
    found = subprocess.run([sys.executable, "-m", "benchmarks"], capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1].startswith("error: received")
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("budget", ["0", "2", "half", "nan"])
def test_a_wrong_budget_is_told_before_anything_is_measured(budget, monkeypatch, capsys):
    expected = f"error: budget: received '{budget}'; accepted: a number above 0, up to 1"
    assert said(["stages", budget], monkeypatch, capsys) == expected
