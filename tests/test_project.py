"""How a project is found."""

import pytest

import digitforge
from digitforge.errors import UserError
from digitforge.project import project_folder

KEYS = ["tiny", "labelled", "game"]


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv("DIGITFORGE_PROJECT", raising=False)


@pytest.mark.parametrize("below", [".", "artifacts/models"])
def test_it_is_around_the_working_folder(project, monkeypatch, below):
    monkeypatch.chdir(project / below)
    assert project_folder() == project
    assert digitforge.variants() == KEYS


def test_the_variable_comes_before_the_working_folder(project, tmp_path, monkeypatch):
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert project_folder() == tmp_path
    monkeypatch.setenv("DIGITFORGE_PROJECT", str(project))
    assert digitforge.variants() == KEYS


@pytest.mark.parametrize("named", [None, "", "nowhere"])
@pytest.mark.parametrize("there", ["params.yaml", "dvc.yaml"])
def test_without_one_one_line_names_both_ways(tmp_path, monkeypatch, named, there):
    (tmp_path / there).touch()  # alone, neither makes a project
    monkeypatch.chdir(tmp_path)
    if named is not None:
        monkeypatch.setenv("DIGITFORGE_PROJECT", named)
    with pytest.raises(UserError) as caught:
        digitforge.load("tiny")
    received = (
        f"DIGITFORGE_PROJECT: received {named!r}" if named else f"{tmp_path}: no project here or in a folder above"
    )
    accepted = "accepted: a folder with params.yaml and dvc.yaml, as DIGITFORGE_PROJECT or to work in"
    assert str(caught.value) == f"{received}; {accepted}"


def test_a_root_that_is_given_needs_no_project_around(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert digitforge.variants(project) == KEYS


def test_a_family_without_a_rule_for_its_champion_is_one_line(project):
    with pytest.raises(UserError, match=r"^champion: received 'gan'; accepted, by tracking.champion: auto.*, vae$"):
        digitforge.champion("gan", project)
