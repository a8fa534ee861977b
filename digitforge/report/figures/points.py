"""Points with names: scatter charts whose labels don't cover each other, and dot plots with a line a model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from digitforge.report.colors import GREY
from digitforge.report.figures.style import MARKS, OTHER_MARK
from digitforge.settings.families import KINDS

Named = Mapping[str, Any]
Rows = Sequence[Named]  # "key", "kind", ... of each variant

MARKER = 8.0  # width of a point, in points
RADII = (9, 16, 24, 34, 46, 60, 80)  # from a point to its label, in points: the nearest that is free
ANGLES = np.deg2rad(
    [0, 180, 30, -30, 150, 210, 60, -60, 120, 240, 90, -90, 15, -15, 165, 195, 45, -45, 135, 225, 75, -75, 105, 255]
)
LABEL = 9.5  # font size
CROSSED = 600.0  # what a line across a point or a label costs, in square points that labels would share


def mark_of(kind: str) -> dict[str, Any]:
    """Colour and marker of a kind of model."""
    return {"linestyle": "none", "markersize": MARKER, **MARKS.get(kind, OTHER_MARK)}


def overlap(box: Bbox, others: Iterable[Bbox]) -> float:
    """Area that a box shares with others."""
    shared = (Bbox.intersection(box, other) for other in others)
    return sum(found.width * found.height for found in shared if found is not None)


def around(point: np.ndarray, width: float, height: float, scale: float) -> Iterator[Bbox]:
    """Places for a label near a point, in pixels, nearest first."""
    for radius in RADII:
        for angle in ANGLES:
            x = point[0] + np.cos(angle) * (scale * radius + width / 2)
            y = point[1] + np.sin(angle) * (scale * radius + height / 2)
            yield Bbox.from_bounds(x - width / 2, y - height / 2, width, height)


def place_labels(axis: Axes, names: Sequence[str], points: np.ndarray) -> None:
    """Write names beside points [N, 2], each at the nearest place that is free of other labels, points and the margin.

    Greedy, the most crowded points first. Axes and scales must be set. A thin line leads to a label that is far, past
    the other points and labels.
    """
    figure = axis.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    scale, inside = figure.dpi / 72, axis.get_window_extent()
    at = axis.transData.transform(points)
    side = MARKER * scale
    taken = [Bbox.from_bounds(x - side / 2, y - side / 2, side, side) for x, y in at]
    distances = np.sort(np.linalg.norm(at[:, None] - at[None], axis=-1), axis=1)
    for i in np.argsort(distances[:, 1:4].sum(axis=1), kind="stable"):
        trial = axis.text(0, 0, names[i], fontsize=LABEL)
        size = trial.get_window_extent()
        trial.remove()
        others = [box for j, box in enumerate(taken) if j != i]
        best, least = inside, np.inf
        for box in around(at[i], size.width + 2 * scale, size.height, scale):
            cost = overlap(box, taken) + box.width * box.height - overlap(box, [inside])
            if cost < least and is_far(middle(box) - at[i], box, scale):
                leader = Path([at[i], middle(box)])
                cost += CROSSED * scale**2 * sum(leader.intersects_bbox(other) for other in others)
            if cost < least:
                best, least = box, cost
            if least < 1e-6:  # free, but for rounding
                break
        taken.append(best)
        offset = middle(best) - at[i]
        write(axis, names[i], points[i], offset / scale, is_far(offset, best, scale))


def middle(box: Bbox) -> np.ndarray:
    """The centre of a box."""
    return np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])


def is_far(offset: np.ndarray, box: Bbox, scale: float) -> bool:
    """Whether a label at an offset in pixels needs a line to its point."""
    return bool(abs(offset[1]) > scale * RADII[1] + box.height / 2)


def write(axis: Axes, name: str, point: np.ndarray, offset: np.ndarray, far: bool) -> None:
    """One label at an offset in points from its point, with a line to it if it is far."""
    leader = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "shrinkA": 0, "shrinkB": MARKER / 2}
    text = axis.annotate(
        name,
        tuple(point),
        tuple(offset),
        textcoords="offset points",
        fontsize=LABEL,
        ha="center",
        va="center",
        arrowprops=leader if far else None,
    )
    text.set_in_layout(False)


def kinds_legend(figure: Figure, rows: Rows, axis: Axes, extra: Mapping[str, Any] | None = None) -> None:
    """A legend of the kinds of models that there are, below the charts, and of other marks."""
    there = [row["kind"] for row in rows]
    kinds = [kind for kind in dict.fromkeys([*KINDS, *there]) if kind in there]
    marks = {kind: mark_of(kind) for kind in kinds} | dict(extra or {})
    handles = [axis.plot([], [], label=name, **mark)[0] for name, mark in marks.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def dots(panels: Mapping[str, Rows], rows: Rows, marks: Mapping[str, Any]) -> Figure:
    """A line a variant, a panel a metric: each value with its interval, in the colour of its kind.

    panels: {title: [{"key", "value", "ci95", "beside": {mark: value}}]}; rows: the variants, from the top; marks: how
    what stands beside a value is drawn.
    """
    height = 1.2 + 0.27 * len(rows)
    figure, axes = plt.subplots(1, len(panels), figsize=(2.2 + 2.9 * len(panels), height), sharey=True, squeeze=False)
    line = {row["key"]: i for i, row in enumerate(rows)}
    kind = {row["key"]: row["kind"] for row in rows}
    for axis, (title, values) in zip(axes[0], panels.items(), strict=True):
        for one in values:
            y = line[one["key"]]
            for name, x in one.get("beside", {}).items():
                axis.plot([x], [y], **marks[name])
            axis.errorbar([one["value"]], [y], xerr=[one["ci95"]], capsize=0, **mark_of(kind[one["key"]]))
        axis.set_title(title, fontsize=11.5)
        axis.set(ylim=(len(rows) - 0.4, -0.6))
    axes[0, 0].set_yticks(range(len(rows)), [row["key"] for row in rows], fontsize=10)
    kinds_legend(figure, rows, axes[0, 0], marks)
    return figure


def scatter(panels: Mapping[str, Named], x: str, y: str) -> Figure:
    """A point a variant with its name, a panel a group of them. x, y: what the axes show.

    panels: {title: {"points": [{"key", "kind", "x", "y"}], "curves": {name: [(x, y)]}}}; kinds of BESIDE and curves are
    what models are compared with.
    """
    sizes = [len(panel["points"]) for panel in panels.values()]
    ratios = [max(0.45, min(1, (size / max(sizes)) ** 0.5)) for size in sizes]
    figure, axes = plt.subplots(1, len(panels), figsize=(1 + 8 * sum(ratios), 6.6), squeeze=False, width_ratios=ratios)
    for axis, (title, panel) in zip(axes[0], panels.items(), strict=True):
        for name, curve in panel.get("curves", {}).items():
            axis.plot(*zip(*curve, strict=True), color=GREY, linestyle=":", linewidth=1.5, marker=".")
            axis.annotate(name, max(curve), (0, 4), textcoords="offset points", color=GREY, ha="center", fontsize=LABEL)
        for one in panel["points"]:
            axis.plot([one["x"]], [one["y"]], **(BESIDE.get(one["kind"]) or mark_of(one["kind"])))
        axis.set(title=title, xlabel=x)
        axis.margins(x=0.14, y=0.1)  # names stand beside points more often than above
    axes[0, 0].set_ylabel(y)
    return figure


def finish(figure: Figure, panels: Mapping[str, Named]) -> Figure:
    """Legend and labels of a scatter chart, once its axes have their scales."""
    drawn = [one for panel in panels.values() for one in panel["points"]]
    beside = {name: mark for name, mark in BESIDE.items() if any(one["kind"] == name for one in drawn)}
    kinds_legend(figure, [one for one in drawn if one["kind"] not in BESIDE], figure.axes[0], beside)
    for axis, panel in zip(figure.axes, panels.values(), strict=True):
        points = np.array([(one["x"], one["y"]) for one in panel["points"]])
        place_labels(axis, [one["key"] for one in panel["points"]], points)
    return figure


BESIDE: dict[str, dict[str, Any]] = {
    "real images": {"color": "black", "marker": "*", "markersize": 15, "linestyle": "none"},
    "other libraries": {"color": GREY, "marker": "X", "markersize": MARKER, "linestyle": "none"},
}
