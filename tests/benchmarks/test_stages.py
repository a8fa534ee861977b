import json
import subprocess
import sys

import pytest

from benchmarks.stages import multiply_budget
from digitforge.settings.params import read_yaml
from tests.runner.pipeline import ROOT, Pipeline


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """What each stage of an earlier commit took; the newest one's fail."""
    pipeline = Pipeline(tmp_path_factory.mktemp("project"))
    file = pipeline.root / "dvc.yaml"
    file.write_text(file.read_text().replace("'WARNING: a is odd'", "'a: trained' in 3 s"))
    (pipeline.root / "go").touch()
    (pipeline.root / "mended").touch()
    author = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    commit = [*author, "commit", "-qm"]
    for name, content in (("good", file.read_text()), ("bad", file.read_text().replace("echo bad", "false"))):
        file.write_text(content)
        for command in (["add", "-A"], [*commit, name]):
            subprocess.run(["git", *command], cwd=pipeline.root, check=True, env=pipeline.env)
    command = [sys.executable, "-m", "benchmarks.stages", "HEAD~1", "0.5"]
    found = subprocess.run(command, cwd=pipeline.root, env=pipeline.env, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_each_stage_is_accounted_for_alone(measured):
    assert set(measured) == {"recipes", "download", "a", "b", "bad", "after", "last"}
    for facts in measured.values():
        assert facts["processor_seconds"] > 0
        assert 0 < facts["gigabytes"] < 1
        assert facts["seconds"] > 0
    assert measured["a"]["training_seconds"] == 3
    assert "training_seconds" not in measured["b"]


def test_what_a_stage_needs_and_moves_is_kept_for_the_simulation(measured):
    assert measured["bad"]["needs"] == ["a"]
    assert measured["after"]["needs"] == ["b", "bad"]  # `a`, which `bad` needs, goes without saying
    assert measured["last"]["bytes"] == len("a\n") + len("b") + len("a\nb")
    read, written = len("d\n"), len("d\n") + len("{}\n")
    assert measured["a"]["bytes"] == read + written  # recipes are too small to count


def test_a_smaller_budget_changes_nothing_else(tmp_path):
    original, file = ROOT / "params.yaml", tmp_path / "params.yaml"
    file.write_text(original.read_text())
    multiply_budget(file, 0.05)
    before, after = read_yaml(original), read_yaml(file)
    assert after == before | {"budget": before["budget"] / 20}
