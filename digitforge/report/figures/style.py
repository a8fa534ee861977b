"""One look for every figure: readable when projected, safe for colour-blind eyes (Okabe & Ito 2008)."""

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

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#666666"

# Looks of lines that must be told apart, also without colour.
COLORS = (BLUE, ORANGE, GREEN, "#CC79A7", "#56B4E9", "#D55E00")
LINES: list[dict[str, Any]] = [{"color": color, "linestyle": dash} for dash in ("-", "--", "-.") for color in COLORS]

# Looks of points, by the kind of model.
KINDS = {
    "autoencoder": {"color": BLUE, "marker": "o"},
    "VAE": {"color": ORANGE, "marker": "s"},
    "GAN": {"color": GREEN, "marker": "^"},
}
OTHER_KIND = {"color": "#CC79A7", "marker": "D"}

# Ten colours that stay apart for colour-blind eyes (Petroff 2021, arXiv:2107.02270), of the ten digits.
DIGITS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip

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
