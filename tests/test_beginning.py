"""What a stage does first. Ending with its dvc is in test_ending.py, checking what it reads in test_damage.py."""

import os
import subprocess
import sys

from digitforge.beginning import clear_away


def test_half_written_files_of_killed_processes_are_cleared_away(tmp_path):
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    here = tmp_path / "artifacts/data"
    here.mkdir(parents=True)
    kept = [f".partial-{os.getpid()}-a.npz", ".partial-mine", "a.npz"]
    for name in (f".partial-{killed.pid}-a.npz", *kept):
        (here / name).touch()
    clear_away(tmp_path / "artifacts", tmp_path / "not there")
    assert sorted(path.name for path in here.iterdir()) == sorted(kept)
