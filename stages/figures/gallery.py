"""Samples of many models at a glance."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from stages.figures.images import GAP, PAPER, mosaic

COLUMNS = 10
WIDTH = 6.4  # inches, of the images without their names


def gallery(rows: Mapping[str, np.ndarray]) -> Figure:
    """A row of ten images a model, with its name. rows: {name: [>= 10, H, W, C] uint8}."""
    pictures = [mosaic(images[:COLUMNS], COLUMNS) for images in rows.values()]
    height, width = pictures[0].shape[:2]
    step = height + 3 * GAP
    paper = np.full((step * len(pictures) - 3 * GAP, width, 3), PAPER, np.uint8)
    for i, picture in enumerate(pictures):
        paper[i * step : i * step + height] = picture
    inches = WIDTH * paper.shape[0] / width
    left = 0.25 + 0.095 * max(map(len, rows))
    figure = plt.figure(figsize=(left + WIDTH, inches), layout="none")
    axis = figure.add_axes((left / (left + WIDTH), 0, WIDTH / (left + WIDTH), 1))
    axis.imshow(paper, interpolation="nearest")
    axis.grid(False)
    axis.set_xticks([])
    axis.set_yticks([i * step + height / 2 for i in range(len(pictures))], list(rows), fontsize=11)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure
