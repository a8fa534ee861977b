"""Writes a page from its Jinja template."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from digitforge.report.markup import FILTERS

TEMPLATES = Path(__file__).with_name("templates")
# What begins a tag, a comment or the like, and not the comparison in z_{<i}.
TAG = re.compile(r"<(?=/?[a-zA-Z][\w-]*(?:[\s/>]|$)|[!?])")


def without_tags(value: Any) -> Any:
    """What a Markdown page says in the place of a value: its HTML is text."""
    return TAG.sub("&lt;", value) if isinstance(value, str) else value


def render(name: str, content: Mapping[str, Any], folder: Path = TEMPLATES) -> str:
    """The text of page `name`, by its template in `folder`. A name that `content` lacks is an error.

    HTML pages escape tags and quotes in the content, Markdown pages its tags: titles and names of classes are from
    outside.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html.jinja"], default=False),
        finalize=without_tags if name.endswith(".md") else None,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    return environment.get_template(f"{name}.jinja").render(content)
