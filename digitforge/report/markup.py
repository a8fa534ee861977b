"""Markdown, tables and equations, as a page shows them."""

from collections.abc import Sequence

import matplotlib as mpl
from markdown_it import MarkdownIt
from markupsafe import Markup
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from digitforge.report.numbers import FILTERS as NUMBERS
from digitforge.report.tables import markdown

READER = MarkdownIt("commonmark", {"html": False})
SHORT = 130  # characters of LaTeX that fit on a line
SIZE = 17  # of equations, in pixels
# What matplotlib's mathtext calls by another name.
MATHTEXT = {r"\lVert": r"\Vert", r"\rVert": r"\Vert", r"\lvert": "|", r"\rvert": "|"}


def paragraphs(text: str) -> Markup:
    """Markdown as HTML; tags in it are shown as they are written."""
    return Markup(READER.render(text))


def inline(text: str) -> Markup:
    """Markdown of a single line as HTML, without a paragraph around it."""
    return Markup(READER.renderInline(text))


def display(equations: Sequence[str]) -> str:
    """LaTeX of one display: equations side by side, or below each other if they are too long for a line."""
    line = r", \qquad ".join(equations)
    return line if len(line) < SHORT else "\\begin{gathered}\n" + " \\\\\n".join(equations) + "\n\\end{gathered}"


def drawn(equation: str) -> Markup:
    """An equation in LaTeX as SVG, in the colour of the text around it: the page needs neither fonts nor scripts."""
    for name, known in MATHTEXT.items():
        equation = equation.replace(name, known)
    with mpl.rc_context({"mathtext.fontset": "cm"}):
        path = TextPath((0, 0), f"${equation}$", size=SIZE)
    box, pen = path.get_extents(), {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
    outline = "".join(
        "Z" if code == Path.CLOSEPOLY else pen[code] + " ".join(f"{number:.1f}" for number in points)
        for points, code in path.iter_segments(simplify=False)
    )
    width, height = box.width + 2, box.height + 2
    view = f"{box.x0 - 1:.1f} {-box.y1 - 1:.1f} {width:.1f} {height:.1f}"
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{view}"><path transform="scale(1 -1)" fill="currentColor" d="{outline}"/></svg>'
    )


FILTERS = {
    **NUMBERS,
    "display": display,
    "drawn": drawn,
    "inline": inline,
    "markdown": markdown,
    "paragraphs": paragraphs,
}
