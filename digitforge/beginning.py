"""What every stage does before it imports anything that takes seconds.

No recipe has this file, or what it alone imports: nothing here decides a result.
"""

import os
import re
import signal
import sys
from pathlib import Path

import psutil

from digitforge.damage import check
from digitforge.ending import end_with_parent
from digitforge.errors import UserError
from digitforge.files import REPORTS
from digitforge.torn import keep

WRITTEN_BY = re.compile(r"\.partial-(\d+)-")  # how `files.atomic` names what it has not written to its end


def begin() -> None:
    """Clear away what killed stages left. In a stage that DVC runs: end with this DVC, and check what the stage reads.

    Its dvc.lock is kept, too, as a kill can tear it when DVC writes the next one.

    Until `user_errors` takes over, Ctrl-C ends a stage without a word. An import of one, in a test say, begins nothing.
    """
    if sys.argv[:1] != ["-m"]:  # so it reads while `python -m stages.NAME` imports the package around NAME
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    clear_away(Path("artifacts"), REPORTS)
    if "DVC_STAGE" in os.environ:
        end_with_parent()
        try:
            keep()
            check(os.environ["DVC_STAGE"].rpartition(":")[2])
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)
            sys.exit(2)


def clear_away(*folders: Path) -> None:
    """Delete half-written files of processes that are gone: SIGKILL leaves no time to do so."""
    for folder in folders:
        for partial in folder.rglob(".partial-*"):
            written_by = WRITTEN_BY.match(partial.name)
            if written_by and not psutil.pid_exists(int(written_by[1])):
                partial.unlink(missing_ok=True)
