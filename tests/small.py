"""The settings that tests run on: tests/params.yaml, which no edit of the project's own params.yaml touches."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

from digitforge.settings.params import Params, parse, read_yaml

PARAMS_FILE = Path(__file__).with_name("params.yaml")


@cache
def _read() -> dict[str, Any]:
    return read_yaml(PARAMS_FILE)


def content() -> dict[str, Any]:
    """What the file says, to change and write elsewhere."""
    return copy.deepcopy(_read())


def params() -> Params:
    """The same, validated."""
    return parse(content())
