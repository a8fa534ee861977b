"""Writes a page from its Jinja template."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from digitforge.report.markup import FILTERS

TEMPLATES = Path(__file__).with_name("templates")


def render(name: str, content: Mapping[str, Any], folder: Path = TEMPLATES) -> str:
    """The text of page `name`, by its template in `folder`. A name that `content` lacks is an error.

    HTML pages escape tags and quotes in the content.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html.jinja"], default=False),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment.get_template(f"{name}.jinja").render(content)
