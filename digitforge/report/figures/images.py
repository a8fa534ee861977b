"""Pictures of digits: grids, and originals above their reconstructions."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from digitforge.data.pixels import mosaic
from digitforge.report.colors import GREY

WIDTH = 8.0  # inches
LEAST = 10  # images that a strip has room for, so that few aren't drawn huge


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
