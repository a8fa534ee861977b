"""Pictures of the code space, the latent space: where test images lie, and what is decoded between them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from digitforge.data.dataset import Dataset
from digitforge.data.pixels import mosaic
from digitforge.data.stacked import shown
from digitforge.report.colors import GREY, of_classes
from digitforge.report.figures.gallery import gallery

Arrays = dict[str, np.ndarray]

BEYOND = 0.12  # of the plane's width, on each side of it: codes farther out are off the map
LONGEST = 12  # letters of a name that are shown
APART = 0.07  # of the map's width and height: a digit's name is about as large


def extent(axes: np.ndarray) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the plane whose images have these coordinates [2, G] as their middles."""
    (left, right), (bottom, top) = ((row[0], row[-1]) for row in axes)
    x, y = ((row[-1] - row[0]) / (2 * (len(row) - 1)) for row in axes)
    return left - x, right + x, bottom - y, top + y


def pushed_apart(places: np.ndarray, least: float) -> np.ndarray:
    """Points [K, 2], of which those nearer to each other than `least` are pushed apart, both as far, until none is."""
    places = places.astype(np.float64)
    for _ in range(100):
        between = places[None] - places[:, None]
        distance = np.linalg.norm(between, axis=-1)
        lacking = np.triu(least * (1 - 1e-6) - distance, 1)
        if (lacking <= 0).all():
            break
        i, j = np.unravel_index(lacking.argmax(), lacking.shape)
        push = between[i, j] / distance[i, j] if distance[i, j] else np.array([1.0, 0.0])
        places[i] -= push * (least - distance[i, j]) / 2
        places[j] += push * (least - distance[i, j]) / 2
    return places


def points(
    axis: Axes, found: np.ndarray, labels: np.ndarray, names: Sequence[str], edges: tuple[float, float, float, float]
) -> None:
    """Codes [M, 2] in the colours of their classes [M], and each name at the median of its codes, or beside another."""
    colors = of_classes(len(names))
    axis.scatter(found[:, 0], found[:, 1], c=[colors[label] for label in labels], s=14, alpha=0.7, linewidths=0)
    left, right, bottom, top = edges
    size = np.array([right - left, top - bottom])
    digits, map_size = np.unique(labels), (1 + 2 * BEYOND) * size
    medians = np.stack([np.median(found[labels == digit], axis=0) for digit in digits])
    for digit, (x, y) in zip(digits, pushed_apart(medians / map_size, APART) * map_size, strict=True):
        letter, name = (19 if len(names[digit]) == 1 else 12), names[digit][:LONGEST]
        text = axis.text(x, y, name, fontsize=letter, weight="bold", ha="center", va="center", color=colors[digit])
        text.set_path_effects([withStroke(linewidth=4, foreground="white")])
    axis.add_patch(Rectangle((left, bottom), *size, fill=False, edgecolor=GREY, linestyle="--"))
    x, y = BEYOND * size
    axis.set(xlim=(left - x, right + x), ylim=(bottom - y, top + y))


def latent(found: Arrays, data: Dataset) -> Figure:
    """Test images on the plane of the first two principal components, beside what is decoded from the dashed part.

    found: plane, plane_axes, plane_points and plane_images of stage `sample`; data: y_test. Stacks go by their ones.
    """
    plane, edges = found["plane"], extent(found["plane_axes"])
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.4))
    labels = shown(data["y_test"][found["plane_images"]], data.digits_per_image)[:, 0]
    points(left, found["plane_points"], labels, data.source.names, edges)
    left.set(title="Test images by their codes", xlabel="first component", ylabel="second component")
    left.set_box_aspect(1)
    picture = mosaic(plane.reshape(-1, *plane.shape[2:]), len(plane))
    right.imshow(picture, extent=edges, aspect="auto", interpolation="antialiased")
    right.set(title="Decoded from the dashed part", xlabel="first component")
    right.set_box_aspect(1)
    right.grid(False)
    right.spines[:].set_visible(False)
    return figure


def traversals(found: Arrays) -> Figure:
    """A row for each coordinate, moved alone. found: traversals, traversal_coordinates and traversal_values."""
    named = zip(found["traversal_coordinates"], found["traversal_values"], found["traversals"], strict=True)
    return gallery({f"z{place + 1}: {values[0]:.1f} to {values[-1]:.1f}": images for place, values, images in named})


def interpolations(found: Arrays, data: Dataset) -> Figure:
    """A row for each pair: between test images, which stand at the ends, or between two draws.

    found: interpolations and, of test images, interpolation_images; data: x_test and y_test.
    """
    rows = found["interpolations"]
    if "interpolation_images" not in found:
        return gallery({f"pair {i + 1}": images for i, images in enumerate(rows)})
    named = {}
    for (start, end), images in zip(found["interpolation_images"], rows, strict=True):
        first, last = data["x_test"][[start]], data["x_test"][[end]]
        ends = (data.name_of(data["y_test"][place])[:LONGEST] for place in (start, end))
        named[" to ".join(ends)] = np.concatenate([first, images, last])
    return gallery(named)


def by_class(found: Arrays) -> Figure:
    """A row for each style, a column for each label. found: by_class."""
    return gallery({f"style {i + 1}": images for i, images in enumerate(found["by_class"])})


def pictures(found: Arrays, data: Dataset) -> dict[str, Figure]:
    """Every picture of code space that a variant's arrays allow. found: of stage `sample`, data: of stage `stack`."""
    figures = {}
    if "plane" in found:
        figures["latent"] = latent(found, data)
    if "traversals" in found:
        figures["traversals"] = traversals(found)
    if "interpolations" in found:
        figures["interpolations"] = interpolations(found, data)
    if "by_class" in found:
        figures["classes"] = by_class(found)
    return figures
