"""Files of DVC's that a kill tore."""

import pytest

from digitforge import torn

WHOLE = "schema: '2.0'\nstages:\n  a:\n    cmd: echo a\n    outs:\n    - path: a\n      md5: 0a\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    (tmp_path / "dvc.lock").write_text(WHOLE)
    return tmp_path


@pytest.mark.parametrize(
    "content", ["", "schema: '2.0'\n", "stages:\n  a: {}\n", WHOLE[:30], "[1, 2]", "\0\0", "a: b: c"]
)
def test_a_torn_lock_is_brought_back_and_never_kept(project, content):
    torn.keep()
    (project / "dvc.lock").write_text(content)
    torn.keep()
    [line] = torn.bring_back()
    assert line.startswith("dvc.lock was torn")
    assert (project / "dvc.lock").read_text() == WHOLE
    assert torn.bring_back() == []


def test_without_a_copy_a_torn_lock_is_left_to_dvc(project):
    (project / "dvc.lock").write_text("stages")
    assert torn.bring_back() == []
    assert (project / "dvc.lock").read_text() == "stages"


def test_a_whole_lock_is_left_alone(project):
    torn.keep()
    (project / "dvc.lock").write_text(WHOLE + "  b:\n    cmd: echo b\n")
    assert torn.bring_back() == []
    assert "echo b" in (project / "dvc.lock").read_text()


def test_an_experiments_workspace_keeps_none(project, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(project / "elsewhere"))
    (project / "elsewhere").mkdir()
    torn.keep()
    assert not (project / "elsewhere/.scratch").exists()


@pytest.mark.parametrize(("content", "lines"), [("", 1), ("{", 1), ("{}", 0)])
def test_a_torn_list_of_readers_is_deleted(project, content, lines):
    (project / ".dvc/tmp/rwlock").write_text(content)
    assert len(torn.bring_back()) == lines
    assert (project / ".dvc/tmp/rwlock").exists() == (lines == 0)
