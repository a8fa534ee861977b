"""What a model makes at one moment of its training."""

from collections.abc import Callable

import numpy as np

from digitforge.data.pixels import to_bytes
from digitforge.models.base import GenerativeModel
from digitforge.nn.backend import tf
from digitforge.nn.batches import scale

ROWS_OF_SAMPLES = 4


def snapshots(model: GenerativeModel, images: np.ndarray, seed: int) -> Callable[[], dict[str, np.ndarray]]:
    """A function that draws, at any moment of a training, what the model makes then -> {name: uint8 [., H, W, C]}.

    images: uint8 [N, H, W, C]. If the model encodes, `originals` are these and `reconstructions` what it makes of them;
    `samples` [4 N, H, W, C] come from its prior, always from the same draws of it.
    """

    @tf.function
    def make(z: tf.Tensor) -> list[tf.Tensor]:
        samples = model.pixels.mean(model.decoder(z))
        return [model(scale(images)), samples] if model.encodes else [samples]

    def draw() -> dict[str, np.ndarray]:
        made = [shown(row) for row in make(model.draw(ROWS_OF_SAMPLES * len(images), seed))]
        if model.encodes:
            return {"originals": images, "reconstructions": made[0], "samples": made[1]}
        return {"samples": made[0]}

    return draw


def shown(pixels: tf.Tensor) -> np.ndarray:
    """Expected pixels as bytes; what is no number counts as 0. [N, H, W, C] -> uint8."""
    return to_bytes(np.nan_to_num(np.clip(tf.cast(pixels, tf.float32), 0.0, 1.0)))
