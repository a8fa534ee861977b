"""Mistakes that a user can mend: one clear line and exit code 2, never a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """Bad input; the message names the file or key, the value received and what is accepted."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Wrap a stage's main(): a UserError becomes one line on stderr and exit code 2."""
    try:
        yield
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
