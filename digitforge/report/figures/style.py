"""The style of every figure: readable when projected."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from digitforge.files import atomic
from digitforge.report.colors import BLUE, COLORS, GREEN, ORANGE, PINK
from digitforge.settings.families import KINDS

# Styles of lines that must be told apart, also without colour.
LINES: list[dict[str, Any]] = [{"color": color, "linestyle": dash} for dash in ("-", "--", "-.") for color in COLORS]

# Marks of points: of the kinds of models in the order of `KINDS`, and of any other kind.
MARKS = dict(
    zip(
        KINDS,
        ({"color": BLUE, "marker": "o"}, {"color": ORANGE, "marker": "s"}, {"color": GREEN, "marker": "^"}),
        strict=False,
    )
)
OTHER_MARK = {"color": PINK, "marker": "D"}

plt.rcParams.update(
    {
        "figure.dpi": 130,
        "figure.constrained_layout.use": True,
        "font.size": 12,
        "axes.titlesize": 13,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "lines.linewidth": 2,
        "legend.frameon": False,
    }
)


def save(figure: Figure, path: Path) -> None:
    """Write a PNG of at most 256 colours, which stays small; equal figures are equal files. Close the figure."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    plt.close(figure)
    with atomic(path) as partial:
        picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(partial, format="PNG", optimize=True)
