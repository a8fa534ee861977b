"""`make tidy` deletes what is of no variant and of no digit of the study, and nothing else."""

import json

from digitforge import files
from digitforge.settings import leftovers
from digitforge.settings.outputs import copy_of, digest
from digitforge.settings.params import parse
from digitforge.settings.recipe import Recipe
from tests import small

GONE = """  train@old:
    cmd: python -m stages.train
      old
    deps:
    - path: a
      md5: b
"""
LOCK = f"""schema: '2.0'
stages:
  recipes:
    cmd: x
    outs:
    - path: y
{GONE}  train@vae_beta:
    cmd: z
"""


def test_leftovers_are_named_and_deleted(tmp_path, monkeypatch, capsys):
    content = small.content()
    content["seeds"] = {"rows": ["vae_beta"], "values": [2]}
    params = parse(content)
    kept = [
        files.MODELS / "vae_beta" / "config.json",
        files.SAMPLES / "vae_beta.npz",
        files.METRICS / "vae_beta.json",
        files.METRICS / "vae_beta.details.json",
        files.MODELS / "vae_beta-2" / "config.json",
        files.METRICS / "vae_beta-2.details.json",
        files.METRICS / "verifier" / "strict.json",
        files.METRICS / "judge.json",
        files.METRICS / "peers.json",
        files.METRICS / "leave_one_out" / "8.json",
        files.LEAVE_ONE_OUT / "8" / "scores.npz",
    ]
    gone = [
        files.MODELS / "old" / "config.json",
        files.SAMPLES / "old.npz",
        files.SAMPLERS / "old.npz",
        files.METRICS / "old.json",
        files.METRICS / "old.details.json",
        files.MODELS / "vae_beta-3" / "config.json",
        files.METRICS / "vae_beta-3.json",
        files.METRICS / "leave_one_out" / "3.json",
        files.LEAVE_ONE_OUT / "3" / "scores.npz",
    ]
    for path in kept + gone:
        files.write_text(tmp_path / path, "x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(leftovers, "load_params", lambda: params)
    monkeypatch.setattr(leftovers, "make", lambda params: [("train@vae_beta", Recipe("train", "vae_beta", {}, {}))])
    files.write_text(tmp_path / "dvc.lock", LOCK)
    leftovers.main()
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in gone)
    said = capsys.readouterr().out
    assert "deleted artifacts/models/old, which" in said
    assert said.count("deleted ") == 10
    assert (tmp_path / "dvc.lock").read_text() == LOCK.replace(GONE, "")
    leftovers.main()
    assert capsys.readouterr().out == "nothing is left of removed variants\n"


def test_only_what_dvc_made_counts_as_made_by_dvc(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ours, theirs = files.MODELS / "old", files.MODELS / "my_backup"
    assert leftovers.made_by_dvc([ours, theirs]) == []
    lock = f"schema: '2.0'\nstages:\n  train@old:\n    outs:\n    - path: {ours}\n"
    files.write_text(tmp_path / "dvc.lock", lock)
    assert leftovers.made_by_dvc([ours, theirs]) == [ours]


def test_what_dvc_has_a_copy_of_goes_when_git_brought_a_dvc_lock_without_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("old", "my_notes"):
        files.write_text(files.MODELS / name / "history.csv", f"of {name}")
    digests = [digest(files.MODELS / "old"), digest(files.MODELS / "old/history.csv")]
    listed = json.dumps([{"md5": digests[1], "relpath": "history.csv"}])
    for found, content in zip(digests, (listed, "of old"), strict=True):
        files.write_text(copy_of(found), content)
    assert leftovers.made_by_dvc([files.MODELS / "old", files.MODELS / "my_notes"]) == [files.MODELS / "old"]
