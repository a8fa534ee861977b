"""One look for every figure: readable when projected, safe for colour-blind eyes (Okabe & Ito 2008)."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from stages.pipeline.files import atomic

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
    """Write a PNG without time stamp or version, so that equal figures are equal files; close the figure."""
    with atomic(path) as partial:
        figure.savefig(partial, format="png", metadata={"Software": None})
    plt.close(figure)
