"""What every stage does before it imports anything that takes seconds.

No recipe has this file, or what it alone imports: nothing here decides a result.
"""

import os
import signal
import sys

from digitforge.damage import check
from digitforge.ending import end_with_dvc
from digitforge.errors import UserError


def begin() -> None:
    """In a stage that DVC runs: end with this DVC, and see that what the stage reads is what other stages wrote.

    Until `user_errors` takes over, Ctrl-C ends a stage without a word. An import of one, in a test say, begins nothing.
    """
    if sys.argv[:1] != ["-m"]:  # so it reads while `python -m stages.NAME` imports the package around NAME
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if "DVC_STAGE" in os.environ:
        end_with_dvc()
        try:
            check(os.environ["DVC_STAGE"].rpartition(":")[2])
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)
            sys.exit(2)
