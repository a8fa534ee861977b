"""Images as the page shows them: digits in rows, enlarged without blur, and small charts."""

from collections.abc import Sequence

import matplotlib.figure
import numpy as np
from matplotlib.ticker import MaxNLocator

from digitforge.data.pixels import mosaic
from digitforge.data.raw import DIGITS
from digitforge.report.colors import BLUE, CHANNELS, GREY, ORANGE, RED

ONE_DIGIT = 448  # pixels wide: coding a large PNG would take longer than decoding the digit
MOST_CLASSES, LONGEST, ROOM = 10, 10, 40  # classes in a chart, letters of a name, and of all names in a line
LEAST_WIDTH = 1000  # pixels: a picture is enlarged to so many, by a whole number

Figure = matplotlib.figure.Figure  # drawn without pyplot, whose state threads would share


def sheet(images: np.ndarray, columns: int, least_width: int = LEAST_WIDTH) -> np.ndarray:
    """uint8 images [N, H, W, C] -> one picture [H', W', 3] uint8, dark ink on white, every pixel a square."""
    picture = mosaic(images, columns)
    times = -(-least_width // picture.shape[1])
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def interleaved(above: np.ndarray, below: np.ndarray, columns: int) -> np.ndarray:
    """Two lists of images [N, H, W, C] -> one, in rows of `columns` from the first and then from the second list."""
    starts = range(0, len(above), columns)
    return np.concatenate([part[start : start + columns] for start in starts for part in (above, below)])


def reading_chart(probabilities: np.ndarray, classes: Sequence[str]) -> Figure:
    """The verifier's probability of each class and of none, channel by channel. probabilities: [C, K] of the classes.

    Of more than ten classes these are the ten likeliest.
    """
    figure = Figure(figsize=(5, 2.6))
    axes = figure.subplots()
    names = ("",) if len(probabilities) == 1 else ("ones (red)", "tens (green)", "hundreds (blue)")
    colors = (BLUE,) if len(probabilities) == 1 else CHANNELS
    width = 0.8 / len(names)
    shown = np.sort(np.argsort(-probabilities.max(axis=0), kind="stable")[:MOST_CLASSES])
    for i, (name, color) in enumerate(zip(names, colors, strict=True)):
        place = np.arange(len(shown) + 1) + (i - (len(names) - 1) / 2) * width
        answers = np.append(probabilities[i, shown], max(0, 1 - probabilities[i].sum()))
        axes.bar(place, 100 * answers, width, color=color, label=name)
    none = "no digit" if tuple(classes) == DIGITS else "none"
    axes.set(title="The verifier's belief in each answer (%)", ylim=(0, 100))
    ticks = [*(classes[label][:LONGEST] for label in shown.tolist()), none]
    crowded = sum(map(len, ticks)) > ROOM
    axes.set_xticks(range(len(ticks)), ticks, rotation=35 if crowded else 0, ha="right" if crowded else "center")
    axes.grid(False, axis="x")
    if len(names) > 1:
        axes.legend(fontsize=9)
    return figure


def score_chart(scores: np.ndarray, score: float) -> Figure:
    """Where an anomaly score lies among those of test images [N]."""
    figure = Figure(figsize=(5, 2.6))
    axes = figure.subplots()
    # A few extremes would squeeze the rest; a score beyond the edge is drawn at it.
    low, high = np.percentile(scores, (0, 99.5))
    high = max(high, min(score, high + (high - low)))
    axes.hist(scores, bins=60, range=(low, high), color=BLUE, alpha=0.7)
    axes.axvline(np.clip(score, low, high), color=RED, label="this image")
    axes.set(title="Anomaly score among the test images", xlabel="→ stranger", yticks=[])
    axes.legend(fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    return figure


def code_chart(code: np.ndarray, low: np.ndarray, high: np.ndarray) -> Figure:
    """A code [code] before the range that training codes have, `low` to `high` [code]."""
    figure = Figure(figsize=(8, 2.5))
    axes = figure.subplots()
    place = np.arange(len(code))
    axes.bar(place, high - low, 0.8, low, color=GREY, alpha=0.25, label="98 % of training codes")
    axes.plot(place, code, "o", color=ORANGE, markersize=5 if len(code) <= 64 else 2, label="this image")
    axes.set(title="Code, coordinate by coordinate", xlabel="coordinate")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(fontsize=10, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
    return figure
