"""The commit that logs and pages name."""

from contextlib import chdir
from pathlib import Path

from digitforge.revision import git_commit

ROOT = Path(__file__).parents[1]


def test_the_commit_is_that_of_head_and_empty_outside_git(tmp_path, monkeypatch):
    with chdir(ROOT):
        found = git_commit()
    assert len(found) == (40 if (ROOT / ".git").exists() else 0)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    assert git_commit() == ""
