"""The commit that nodes of a cluster work on, and how they get it."""

import os
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
    UserError for such files without it, and outside git.
    """
    if not git("rev-parse", "--is-inside-work-tree", check=False):
        raise UserError(
            "--address: received a folder that is no git repository; accepted: a clone, whose commit all nodes run"
        )
    changed = git("status", "--porcelain", "--", ".", *RESULTS).splitlines()
    if changed and not dirty:
        names = ", ".join(line[3:] for line in changed[:NAMED]) + (", ..." if len(changed) > NAMED else "")
        raise UserError(f"not committed: {names}; accepted: a commit of them, or --dirty, which takes them as they are")
    commit = snapshot() if changed else git("rev-parse", "HEAD")
    git("update-ref", REFERENCE, commit)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle"
        git("bundle", "create", "--quiet", str(file), REFERENCE)
        return commit, file.read_bytes()


def snapshot() -> str:
    """A commit of the files as they are, new ones too; index and branches stay. The same files give the same commit."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git("add", "--all", environment=index)
        tree = git("write-tree", environment=index)
    return git("commit-tree", tree, "-p", "HEAD", "-m", "The files as they were", environment=AUTHOR)


def git(*arguments: str, check: bool = True, environment: Mapping[str, str] | None = None) -> str:
    """What git says."""
    command = ["git", *arguments]
    found = subprocess.run(
        command, capture_output=True, text=True, check=check, env={**os.environ, **(environment or {})}
    )
    return found.stdout.rstrip("\n")
