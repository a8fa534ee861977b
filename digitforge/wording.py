"""What lines on the screen may say of values from outside: short, and without passwords."""

import os
import re
from reprlib import Repr
from typing import Any

# user:password@ of an address, up to the last @ as all who read addresses take it; and what may stand in a query
CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
QUERY = re.compile(r"(?i)([?&](?:[\w-]*(?:token|password|secret|key|signature|sig)[\w-]*)=)[^&\s'\"]+")
SECRET_VARIABLES = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY")
MASK = "***"
LONGEST = 400  # characters of a line

SHORT = Repr()
SHORT.maxstring = SHORT.maxother = 80
SHORT.maxlist = SHORT.maxtuple = 10
SHORT.maxlevel = 3


def shown(value: Any) -> str:
    """A value as Python writes it, on one line, with its middle left out where it is long."""
    try:
        return " ".join(SHORT.repr(value).split())
    except ValueError:  # Python doesn't write whole numbers of thousands of digits
        return f"{type(value).__name__}, too long to show"


def printable(text: str) -> str:
    """A text on one line: bytes that are no UTF-8, ends of lines and the like as escapes."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def shortened(line: str) -> str:
    """A line of at most 400 characters, its middle left out if it has more."""
    half = LONGEST // 2 - 1
    return line if len(line) <= LONGEST else f"{line[:half]}…{line[-half:]}"


def redacted(text: str) -> str:
    """A text without the user names, passwords and tokens of the addresses in it, or those of the environment."""
    for name in SECRET_VARIABLES:
        value = os.environ.get(name, "")
        text = text.replace(value, MASK) if len(value) > 3 else text
    return QUERY.sub(rf"\1{MASK}", CREDENTIALS.sub(f"{MASK}@", text))
