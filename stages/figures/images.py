"""Pictures of digits: grids, and originals above their reconstructions."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from stages.figures.style import GREY

GAP = 2  # pixels between images
PAPER = 255
WIDTH = 8.0  # inches
LEAST = 10  # images that a strip has room for, so that few aren't drawn huge


def mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """Lay uint8 images [N, H, W, C] out row by row -> one picture [rows * H', columns * W', 3], dark ink on white."""
    count, height, width, channels = images.shape
    rows = -(-count // columns)
    picture = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), PAPER, np.uint8)
    for i, image in enumerate(images):
        top, left = i // columns * (height + GAP), i % columns * (width + GAP)
        # Grey digits are drawn as ink; colours would turn into their complements, so stacks stay on black.
        picture[top : top + height, left : left + width] = 255 - image if channels == 1 else image
    return picture


def show(axes: plt.Axes, picture: np.ndarray) -> None:
    """Draw a picture with its true pixels and nothing around it."""
    axes.imshow(picture, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def image_grid(images: np.ndarray, columns: int) -> Figure:
    """A grid of images [N, H, W, C] uint8."""
    picture = mosaic(images, columns)
    figure, axes = plt.subplots(figsize=(WIDTH, WIDTH * picture.shape[0] / picture.shape[1]))
    show(axes, picture)
    return figure


def strips(rows: Mapping[str, np.ndarray]) -> Figure:
    """Named rows of images, each [N, H, W, C] uint8, one above the other."""
    count = max(LEAST, *map(len, rows.values()))
    height = WIDTH * len(rows) / count + 0.25 * len(rows)
    figure, axes = plt.subplots(len(rows), 1, figsize=(WIDTH, height), squeeze=False)
    for axis, (name, images) in zip(axes[:, 0], rows.items(), strict=True):
        show(axis, mosaic(images, count))
        axis.set_title(name, fontsize=11, color=GREY, pad=3)
    return figure
