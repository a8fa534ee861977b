"""Tables that compare variants: a row a variant, absent numbers as a dash, the best of each column in bold."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

HIGH, LOW = 1, -1

Row = Mapping[str, Any]  # "key", "data", "details", ... of `cards.describe`
Find = Callable[[Row], Any]


def at(path: str) -> Find:
    """What stands at GROUP/NAME/... in a variant's details, or None."""

    def find(row: Row) -> Any:
        found: Any = row["details"]
        for part in path.split("/"):
            if not isinstance(found, Mapping) or part not in found:
                return None
            found = found[part]
        return found

    return find


class Column(NamedTuple):
    """One question to every variant. `better`: HIGH, LOW, or 0 where no value is the best."""

    title: str
    find: Find
    write: Callable[[Any], str]
    better: int = 0


def value(found: Any) -> float:
    """The number itself, of an estimate or a plain one."""
    return found["value"] if isinstance(found, Mapping) else found


def best(rows: Sequence[Row], column: Column) -> Row | None:
    """The row with the best value of a column, of those that have one; None without a contest."""
    there = [row for row in rows if column.find(row) is not None]
    if not column.better or not there:
        return None
    return max(there, key=lambda row: column.better * value(column.find(row)))


def link(row: Row) -> str:
    """The variant's key, linked to its card."""
    return f"[{row['key']}](cards/{row['key']}.md)"


def line(cells: Sequence[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def head(titles: Sequence[str], texts: int = 1) -> list[str]:
    """The two lines above a Markdown table; all columns but the first `texts` are aligned to the right."""
    return [line(titles), line([":--"] * texts + ["--:"] * (len(titles) - texts)).replace(" ", "")]


def written(rows: Sequence[Row], columns: Sequence[Column], name: Callable[[Row], str], bold: bool) -> list[str]:
    """The lines of rows; with `bold`, values that read like the best stand out, unless most of them do."""
    texts = [[column.write(c) if (c := column.find(row)) is not None else "–" for column in columns] for row in rows]
    stand_out = []
    for column, cells in zip(columns, zip(*texts, strict=True), strict=True):
        winner = best(rows, column) if bold else None
        text = None if winner is None else column.write(column.find(winner))
        stand_out.append(text if text is not None and 2 * cells.count(text) <= len(cells) else None)
    return [
        line(
            [name(row), *(f"**{cell}**" if cell == text else cell for cell, text in zip(cells, stand_out, strict=True))]
        )
        for row, cells in zip(rows, texts, strict=True)
    ]


def table(rows: Sequence[Row], columns: Sequence[Column], beside: Mapping[str, Row] | None = None) -> str:
    """A Markdown table of the variants and of the columns that have any number; "" without one.

    beside: name -> what else to compare with (real images, other libraries), in italics and never the best.
    """
    shown = [row for row in rows if any(column.find(row) is not None for column in columns)]
    columns = [column for column in columns if any(column.find(row) is not None for row in shown)]
    if not shown:
        return ""
    lines = head(["model", *(column.title for column in columns)])
    lines += written(shown, columns, link, bold=len(shown) > 1)
    for name, row in (beside or {}).items():
        if any(column.find(row) is not None for column in columns):
            lines += written([row], columns, lambda _, name=name: f"*{name}*", bold=False)  # type: ignore[misc]
    return "\n".join(lines)


def of_pictures(row: Row) -> bool:
    """Whether a variant is of colour pictures, which are read as one image each, and not of stacks of digits."""
    return row["data"].startswith("color") and at("samples/class_shares")(row) is not None


def mode_name(mode: str, missing_digit: int, pictures: bool = False) -> str:
    """ "mono-binary-missing" -> "Single digits, thresholded, without the 8 (`mono-binary-missing`)".

    pictures: whether `color` modes are of colour pictures.
    """
    channels, values, digits = mode.split("-")
    of_three = "Pictures in colour" if pictures else "Stacks of three digits"
    parts = ["Single digits" if channels == "mono" else of_three]
    parts += ["thresholded"] if values == "binary" else [] if pictures else ["grey"]
    parts += [f"trained without the {missing_digit}"] if digits == "missing" else []
    return f"{', '.join(parts)} (`{mode}`)"


def grouped(
    rows: Sequence[Row],
    columns: Sequence[Column],
    missing_digit: int,
    beside: Callable[[str, Sequence[Row]], Mapping[str, Row]] = lambda mode, group: {},
) -> str:
    """A table for each data mode, under its name. beside: (mode, its rows) -> what else to compare with."""
    parts = []
    for mode in dict.fromkeys(row["data"] for row in rows):
        group = [row for row in rows if row["data"] == mode]
        if found := table(group, columns, beside(mode, group)):
            parts.append(f"{mode_name(mode, missing_digit, of_pictures(group[0]))}:\n\n{found}\n")
    return "\n".join(parts)
