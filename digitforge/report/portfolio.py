"""Reads the cards' texts: texts/KEY.md of a variant, or else texts/families/FAMILY.md of its family.

A text is Markdown under the headings of `HEADINGS`, in their order. Its objective is a `math` block of LaTeX, in the
symbols of the papers (x an image, z its code, \\hat x = f(z)), with a line for each equation. Its recipe may name
{steps}, {batch} and {code}, which are the row's.
"""

import re
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from digitforge.errors import UserError

TEXTS = Path(__file__).with_name("texts")
HEADINGS = ("What it is", "Objective", "Paper", "Known weakness", "Recipe")  # of the fields of `Card`
HEADING = re.compile(r"^## *(.*?) *$", re.MULTILINE)
MATH = re.compile(r"```math\n(.+)\n```", re.DOTALL)
NAMES = {"steps", "batch", "code"}  # what a recipe may name


class Card(NamedTuple):
    """The texts of one card, each on one line. `about` has three sentences."""

    about: str
    equations: tuple[str, ...]  # in LaTeX
    paper: str
    weakness: str
    recipe: str


def card_of(key: str, family: str, folder: Path = TEXTS) -> Card | None:
    """A variant's text, or else its family's; None if neither has one. Raises UserError for a malformed text."""
    paths = (folder / f"{key}.md", folder / "families" / f"{family}.md")
    return next((read(path) for path in paths if path.exists()), None)


def read(path: Path) -> Card:
    """The text in a file. Raises UserError if it is malformed."""
    before, *parts = HEADING.split(path.read_text(encoding="utf-8"))
    headings, bodies = parts[::2], [body.strip() for body in parts[1::2]]
    if tuple(headings) != HEADINGS or before.strip() or not all(bodies):
        accepted = f"{', '.join(HEADINGS)}, in this order and each with a text"
        raise UserError(f"{path}: received the headings {', '.join(headings) or 'none'}; accepted: {accepted}")
    about, objective, paper, weakness, recipe = bodies
    return Card(
        about=joined(about),
        equations=equations(objective, path),
        paper=joined(paper),
        weakness=joined(weakness),
        recipe=checked(joined(recipe), path),
    )


def joined(text: str) -> str:
    """A paragraph on one line."""
    return " ".join(text.split())


def equations(objective: str, path: Path) -> tuple[str, ...]:
    """The lines of a `math` block. Raises UserError if `objective` is anything else."""
    block = MATH.fullmatch(objective)
    if block is None:
        raise UserError(f"{path}: Objective: received {objective[:40]!r}; accepted: LaTeX between ```math and ```")
    return tuple(line.strip() for line in block[1].splitlines())


def checked(recipe: str, path: Path) -> str:
    """The recipe, unchanged. Raises UserError if it names anything but NAMES in braces."""
    try:
        named = {name for _, name, _, _ in Formatter().parse(recipe) if name is not None}
    except ValueError as error:
        raise UserError(f"{path}: Recipe: {error}; accepted: braces around steps, batch and code alone") from None
    if not named <= NAMES:
        raise UserError(f"{path}: Recipe: received {sorted(named - NAMES)}; accepted in braces: {sorted(NAMES)}")
    return recipe
