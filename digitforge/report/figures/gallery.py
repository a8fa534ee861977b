"""Rows of images with their names: samples of many models, or what a model makes of many codes."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from digitforge.data.pixels import GAP, PAPER, mosaic

WIDTH = 0.64  # inches, of each image


def gallery(rows: Mapping[str, np.ndarray]) -> Figure:
    """Rows of images, with their names; where there are fewer, a row ends early. rows: {name: [N, H, W, C] uint8}."""
    columns = max(map(len, rows.values()))
    pictures = [mosaic(images, columns) for images in rows.values()]
    height, width = pictures[0].shape[:2]
    across = WIDTH * columns
    step = height + 3 * GAP
    paper = np.full((step * len(pictures) - 3 * GAP, width, 3), PAPER, np.uint8)
    for i, picture in enumerate(pictures):
        paper[i * step : i * step + height] = picture
    inches = across * paper.shape[0] / width
    size = 11 * max(1, columns / 12)  # a wide picture is shown smaller
    left = (0.25 + 0.095 * max(map(len, rows))) * size / 11
    figure = plt.figure(figsize=(left + across, inches), layout="none")
    axis = figure.add_axes((left / (left + across), 0, across / (left + across), 1))
    axis.imshow(paper, interpolation="nearest")
    axis.grid(False)
    axis.set_xticks([])
    axis.set_yticks([i * step + height / 2 for i in range(len(pictures))], list(rows), fontsize=size)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure
