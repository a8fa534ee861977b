"""What a model makes at one moment of its training, as one picture."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stages.data.pixels import to_bytes
from stages.models.base import GenerativeModel
from stages.models.batches import scale

ROWS_OF_SAMPLES = 4
GAP = 2  # pixels of paper between images
ZOOM = 2


def one_of_each(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The first image of each digit (of stacks: of each ones' digit). [N, H, W, C], [N] -> [at most 10, H, W, C]."""
    return images[np.unique(labels % 10, return_index=True)[1]]


def snapshots(model: GenerativeModel, images: np.ndarray, seed: int) -> Callable[[], np.ndarray]:
    """A function that draws, at any moment of a training, what the model makes then -> uint8 [H', W', 3].

    images: uint8 [N, H, W, C], the first row; below it their reconstructions, if the model encodes, and images from its
    prior. Every column is always of the same image and of the same codes of a fixed prior.
    """

    @tf.function
    def make(z: tf.Tensor) -> list[tf.Tensor]:
        of_codes = tf.split(model.pixels.mean(model.decoder(z)), ROWS_OF_SAMPLES)
        return [model(scale(images)), *of_codes] if model.encodes else of_codes

    def draw() -> np.ndarray:
        rows = [shown(row) for row in make(model.draw(ROWS_OF_SAMPLES * len(images), seed))]
        return tiled(np.stack([images, *rows] if model.encodes else rows))

    return draw


def shown(pixels: tf.Tensor) -> np.ndarray:
    """Expected pixels as bytes; what is no number counts as 0. [N, H, W, C] -> uint8."""
    return to_bytes(np.nan_to_num(np.clip(tf.cast(pixels, tf.float32), 0.0, 1.0)))


def tiled(images: np.ndarray) -> np.ndarray:
    """uint8 [rows, columns, H, W, C] -> one picture [H', W', 3], grey images as ink on paper."""
    if images.shape[-1] == 1:
        images = np.repeat(255 - images, 3, axis=-1)
    padded = np.pad(images, ((0, 0), (0, 0), (GAP // 2, GAP // 2), (GAP // 2, GAP // 2), (0, 0)), constant_values=255)
    rows, columns, height, width, channels = padded.shape
    picture = padded.swapaxes(1, 2).reshape(rows * height, columns * width, channels)
    return picture.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
