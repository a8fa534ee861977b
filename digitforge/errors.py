"""What a user does, by mistake or by Ctrl-C, ends in one clear line, never in a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """Bad input; the message names the file or key, the value received and what is accepted."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Wrap a stage's main(): a UserError becomes one line on stderr and exit code 2, Ctrl-C exit code 130."""
    try:
        yield
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except FileNotFoundError as error:
        print(f"error: {error.filename}: no such file; `dvc repro` makes what a stage needs", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted; a training goes on from its last checkpoint when it is run again", file=sys.stderr)
        sys.exit(130)


def argument(what: str) -> str:
    """The one argument of a stage's command line; raises UserError, saying `what` is accepted, without exactly one."""
    if len(sys.argv) != 2:
        raise UserError(f"received {len(sys.argv) - 1} arguments; accepted: {what}")
    return sys.argv[1]
