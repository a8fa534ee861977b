"""Which commit of the project's code is checked out."""

import subprocess


def git_commit() -> str:
    """The commit at HEAD, or "" outside git."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip()
