"""What a user does, by mistake or by Ctrl-C, ends in one clear line, never in a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from digitforge.ending import Terminated, raise_on_signals


class UserError(Exception):
    """Bad input; the message names the file or key, the value received and what is accepted."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Wrap a main(): what a user or the machine did wrong is one line on stderr.

    Exit code 2 for bad input, a file that can't be read or written and too little memory; 130 for Ctrl-C, 143 for
    SIGTERM.
    """
    raise_on_signals()
    try:
        yield
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except FileNotFoundError as error:
        print(f"error: {error.filename}: no such file; `dvc repro` makes what a stage needs", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"error: {described(error)}", file=sys.stderr)
        sys.exit(2)
    except MemoryError as error:
        print(f"error: too little memory on this machine ({error})", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as error:
        print("interrupted; a training goes on from its last checkpoint when it is run again", file=sys.stderr)
        sys.exit(143 if isinstance(error, Terminated) else 130)


def described(error: OSError) -> str:
    """What the system refused, in one line: the file where it names one, and the reason."""
    reason = error.strerror or str(error).partition("\n")[0] or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def argument(what: str) -> str:
    """The one argument of a stage's command line; raises UserError, saying `what` is accepted, without exactly one."""
    if len(sys.argv) != 2:
        raise UserError(f"received {len(sys.argv) - 1} arguments; accepted: {what}")
    return sys.argv[1]
