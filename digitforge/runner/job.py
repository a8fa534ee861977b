"""`python -m digitforge.runner.job STAGE`: one stage by DVC, which ends when the run that started it is gone.

With --pull, DVC brings what the stage needs, or has given before, from its remote.
"""

import sys

from dvc.cli import main

from digitforge.ending import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(["--wait-for-lock", "repro", "--single-item", *sys.argv[1:]]))
