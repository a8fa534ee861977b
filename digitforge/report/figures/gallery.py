"""Rows of images with their names: samples of many models, or what a model makes of many codes."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from digitforge.data.pixels import GAP, PAPER, mosaic

WIDTH = 0.64  # inches, of each image


def gallery(rows: Mapping[str, np.ndarray], side_by_side: int = 1) -> Figure:
    """Rows of images, with their names; where there are fewer, a row ends early. rows: {name: [N, H, W, C] uint8}.

    side_by_side: how many parts of the rows stand beside each other.
    """
    columns, lines = max(map(len, rows.values())), -(-len(rows) // side_by_side)
    pictures = {name: mosaic(images, columns) for name, images in rows.items()}
    height, width = next(iter(pictures.values())).shape[:2]
    step, across = height + 3 * GAP, WIDTH * columns
    inches = across * (step * lines - 3 * GAP) / width
    size = 11 * max(1, side_by_side * columns / 12)  # a wide picture is shown smaller
    left = (0.25 + 0.095 * max(map(len, rows))) * size / 11
    whole = side_by_side * (left + across)
    figure = plt.figure(figsize=(whole, inches), layout="none")
    for part in range(side_by_side):
        names = list(rows)[part * lines : (part + 1) * lines]
        paper = np.full((step * lines - 3 * GAP, width, 3), PAPER, np.uint8)
        for i, name in enumerate(names):
            paper[i * step : i * step + height] = pictures[name]
        axis = figure.add_axes(((part * (left + across) + left) / whole, 0, across / whole, 1))
        axis.imshow(paper, interpolation="nearest")
        axis.grid(False)
        axis.set_xticks([])
        axis.set_yticks([i * step + height / 2 for i in range(len(names))], names, fontsize=size)
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    return figure
