"""Tables that compare variants: a row a variant, absent numbers as a dash, the best of each column in bold.

One structure, which the pages write as Markdown (`markdown`) or as HTML (tables.html.jinja).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from digitforge.data.modes import Mode
from digitforge.metrics.catalogue import metric
from digitforge.metrics.metric import NEITHER, Metric, look_up
from digitforge.report.numbers import WRITERS

BAR = re.compile(r"(?<!\\)\|")

Described = Mapping[str, Any]  # "key", "data", "details", ... of `cards.describe`
Find = Callable[[Described], Any]


@dataclass(frozen=True)
class At:
    """Finds what stands at GROUP/NAME/... in a variant's details, or None."""

    path: str

    def __call__(self, row: Described) -> Any:
        return look_up(row["details"], self.path)


at = At


class Column(NamedTuple):
    """One question to every variant. `contest`: whether the value that is best by its metric stands out."""

    title: str
    find: Find
    write: Callable[[Any], str]
    left: bool = False  # aligned, as words are
    metric: Metric | None = None
    contest: bool = True

    @property
    def head(self) -> "Head":
        """What stands above it."""
        return Head(self.title, self.metric.explanation if self.metric else "", self.left)

    def within(self, place: str, title: str = "") -> "Column":
        """The column of the same metric at another place, GROUP/..., of the details."""
        assert self.metric is not None
        return self._replace(title=title or self.title, find=at(f"{place}/{self.metric.name}".strip("/")))


def of_metric(key: str, title: str = "", contest: bool = True) -> Column:
    """The column of a metric, under its own heading or another title; raises ValueError for an unknown key."""
    known = metric(key)
    words = known.unit == "word"
    return Column(title or known.heading, at(known.path), WRITERS[known.unit], words, known, contest)


def of_companion(key: str, title: str) -> Column:
    """The column of the number by which a metric is read: its floor, say; raises ValueError where there is none."""
    return Column(title, at(metric(key).companion_path), "{:.4f}".format)


class Cell(NamedTuple):
    """What stands in a table, as inline Markdown. `value`: what to sort by; `key`: the variant whose card follows."""

    text: str
    value: float | None = None
    key: str = ""
    bold: bool = False


class Head(NamedTuple):
    """What stands above a column, and what its numbers mean where they are a metric's."""

    title: str
    meaning: str = ""
    left: bool = True


class Table(NamedTuple):
    """A table under its caption; each line begins with the cell that names it."""

    heads: Sequence[Head]
    lines: Sequence[Sequence[Cell]]
    caption: str = ""


def value(found: Any) -> float:
    """The number itself, of an estimate or a plain one."""
    return found["value"] if isinstance(found, Mapping) else found


def best(rows: Sequence[Described], column: Column) -> Described | None:
    """The row with the best value of a column, of those that have one; None without a contest."""
    if column.metric is None or not column.contest:
        return None
    there = {str(i): found for i, row in enumerate(rows) if (found := column.find(row)) is not None}
    winner = column.metric.winner({i: value(found) for i, found in there.items()})
    return None if winner is None else rows[int(winner)]


def ranked(rows: Sequence[Described], column: Column) -> list[Described]:
    """The rows by the value of a column that all have, the best first."""
    better = column.metric.better if column.metric else NEITHER
    return sorted(rows, key=lambda row: -better * value(column.find(row)))


def overlap(a: Any, b: Any) -> bool:
    """Whether the intervals of two numbers overlap; a plain one has none beside itself."""
    widths = (found["ci95"] for found in (a, b) if isinstance(found, Mapping))
    return abs(value(a) - value(b)) <= sum(widths)


def cell(row: Described, column: Column, absent: str = "–") -> Cell:
    """What a column says of a row; `absent` where it has nothing to say."""
    found = column.find(row)
    if found is None:
        return Cell(absent)
    number = value(found) if not isinstance(found, str) else None
    return Cell(column.write(found), number)


def written(rows: Sequence[Described], columns: Sequence[Column], bold: bool) -> list[list[Cell]]:
    """The cells of rows; with `bold`, values that read as the best one does stand out, unless most of them do."""
    by_column = [[cell(row, column) for row in rows] for column in columns]
    for column, cells in zip(columns, by_column, strict=True):
        winner = best(rows, column) if bold else None
        if winner is None:
            continue
        text = column.write(column.find(winner))
        alike = [one.text == text for one in cells]
        if 2 * sum(alike) <= len(cells):
            cells[:] = [one._replace(bold=same) for one, same in zip(cells, alike, strict=True)]
    return [list(line) for line in zip(*by_column, strict=True)]


def table(
    rows: Sequence[Described],
    columns: Sequence[Column],
    beside: Mapping[str, Described] | None = None,
    caption: str = "",
    title: str = "model",
    cards: bool = True,
) -> list[Table]:
    """A table of the variants, linked to their `cards`. Empty columns are left out; [] if all are empty.

    beside: name -> what else to compare with (real images, other libraries), in italics and never the best.
    """
    shown = [row for row in rows if any(column.find(row) is not None for column in columns)]
    columns = [column for column in columns if any(column.find(row) is not None for row in shown)]
    if not shown:
        return []
    named = [Cell("", key=row["key"]) if cards else Cell(row["key"]) for row in shown]
    found = written(shown, columns, bold=len(shown) > 1)
    for name, row in (beside or {}).items():
        if any(column.find(row) is not None for column in columns):
            named.append(Cell(f"*{name}*"))
            found += written([row], columns, bold=False)
    lines = [[name, *cells] for name, cells in zip(named, found, strict=True)]
    return [Table([Head(title), *(column.head for column in columns)], lines, caption)]


def of_pictures(row: Described) -> bool:
    """Whether a variant is of colour pictures, which are read as one image each, and not of stacks of digits."""
    return row["data"].color and not row["stacked"]


def name_of(digit: int, names: Sequence[str]) -> str:
    """What a class is called; one that the data lack keeps its number."""
    return names[digit] if digit < len(names) else str(digit)


def mode_name(mode: Mode, missing: str, pictures: bool = False) -> str:
    """mono-binary-missing -> "Single digits, thresholded, trained without the 8 (`mono-binary-missing`)".

    pictures: whether `color` modes are of colour pictures.
    """
    of_three = "Pictures in colour" if pictures else "Stacks of three digits"
    parts = [of_three if mode.color else "Single digits"]
    parts += ["thresholded"] if mode.binary else [] if pictures else ["grey"]
    parts += [] if mode.complete else [f"trained without the {missing}"]
    return f"{', '.join(parts)} (`{mode}`)"


def grouped(
    rows: Sequence[Described],
    columns: Sequence[Column],
    missing: str,
    beside: Callable[[Mode, Sequence[Described]], Mapping[str, Described]] = lambda mode, group: {},
) -> list[Table]:
    """A table for each data mode, under its name. beside: (mode, its rows) -> what else to compare with."""
    found = []
    for mode in dict.fromkeys(row["data"] for row in rows):
        group = [row for row in rows if row["data"] == mode]
        found += table(group, columns, beside(mode, group), mode_name(mode, missing, of_pictures(group[0])))
    return found


def line(cells: Sequence[str]) -> str:
    """One line of a Markdown table; a bar in a cell, as in p(x|y), doesn't end it."""
    escaped = (BAR.sub(r"\\|", cell) for cell in cells)
    return f"| {' | '.join(escaped)} |"


def linked(found: Cell) -> str:
    """A cell in Markdown, with its link to a card."""
    link = f"[{found.key}](cards/{found.key}.md)" if found.key else ""
    text = " ".join(part for part in (found.text, link) if part)
    return f"**{text}**" if found.bold else text


def markdown(tables: Sequence[Table]) -> str:
    """Tables in Markdown, each under its caption."""
    parts = []
    for one in tables:
        aligned = line([":--" if head.left else "--:" for head in one.heads]).replace(" ", "")
        lines = [line([head.title for head in one.heads]), aligned, *(line([*map(linked, c)]) for c in one.lines)]
        parts.append("\n".join([f"{one.caption}:", "", *lines, ""] if one.caption else lines))
    return "\n".join(parts)
