"""The colours of the report, its figures and the explorer's charts: safe for colour-blind eyes (Okabe & Ito 2008)."""

from collections.abc import Sequence

from matplotlib.colors import hsv_to_rgb, to_hex

BLUE, ORANGE, GREEN, PINK, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
GREY = "#666666"
COLORS = (BLUE, ORANGE, GREEN, PINK, SKY, RED)  # of lines, in this order
CHANNELS = (RED, GREEN, BLUE)  # of a stack's ones, tens and hundreds
MORE_OR_LESS = "PuOr"  # matplotlib's name of the map from less to more

# Of the ten digits: ten colours that stay apart for colour-blind eyes (Petroff 2021, arXiv:2107.02270).
DIGITS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip


def of_classes(count: int) -> Sequence[str]:
    """A colour for each of so many classes: the digits', and of more than ten as many shades of all hues."""
    if count <= len(DIGITS):
        return DIGITS
    return [to_hex(tuple(hsv_to_rgb((i / count, (0.55, 0.85)[i % 2], (0.85, 0.65)[i % 3 == 1])))) for i in range(count)]
