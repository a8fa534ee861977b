"""The commit that nodes of a cluster work on, and how they get it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from digitforge.errors import UserError
from digitforge.runner.task import REFERENCE

RESULTS = (":!dvc.lock", ":!reports")  # what a run itself changes
NAMED = 5  # changed files, by name
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "digitforge run"), ("EMAIL", "run@localhost"), ("DATE", "2000-01-01T00:00:00Z"))
}


def bundled(dirty: bool) -> tuple[str, bytes]:
    """The commit to run, and a bundle of git's with it and its history.

    dirty: whether files that are not committed are taken too, in a commit of their own that no branch has. Raises
    UserError for such files without it. Of a folder outside git, as a job of Ray's has, all files are taken.
    """
    with tempfile.TemporaryDirectory() as folder:
        if in_git():
            commit, repository = of_branch(dirty), {}
        else:
            repository = {"GIT_DIR": f"{folder}/repository", "GIT_WORK_TREE": str(Path.cwd())}
            git("init", environment=repository)
            commit = snapshot(repository)
        git("update-ref", REFERENCE, commit, environment=repository)
        file = Path(folder) / "bundle"
        git("bundle", "create", "--quiet", str(file), REFERENCE, environment=repository)
        return commit, file.read_bytes()


def in_git() -> bool:
    """Whether the working folder is in a git repository's work tree."""
    return bool(shutil.which("git")) and git("rev-parse", "--is-inside-work-tree", check=False) == "true"


def of_branch(dirty: bool) -> str:
    """The newest commit, or one more of what is not committed; raises UserError for such files unless `dirty`."""
    changed = git("status", "--porcelain", "--", ".", *RESULTS).splitlines()
    if changed and not dirty:
        names = ", ".join(line[3:] for line in changed[:NAMED]) + (", ..." if len(changed) > NAMED else "")
        raise UserError(f"not committed: {names}; accepted: a commit of them, or --dirty, which takes them as they are")
    return snapshot({}) if changed else git("rev-parse", "HEAD")


def snapshot(repository: Mapping[str, str]) -> str:
    """A commit of the files as they are, new ones too; index and branches stay. The same files give the same commit.

    repository: variables that name one, if it isn't the working folder's.
    """
    with tempfile.TemporaryDirectory() as folder:
        index = {**repository, "GIT_INDEX_FILE": str(Path(folder) / "index")}
        git("add", "--all", environment=index)
        tree = git("write-tree", environment=index)
    head = git("rev-parse", "--verify", "--quiet", "HEAD", check=False, environment=repository)
    parents = ["-p", head] if head else []
    return git("commit-tree", tree, *parents, "-m", "The files as they were", environment={**repository, **AUTHOR})


def git(*arguments: str, check: bool = True, environment: Mapping[str, str] | None = None) -> str:
    """What git says."""
    command = ["git", *arguments]
    found = subprocess.run(
        command, capture_output=True, text=True, check=check, env={**os.environ, **(environment or {})}
    )
    return found.stdout.rstrip("\n")
