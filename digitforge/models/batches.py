"""Pixels as models take them, and models applied to whole arrays."""

from typing import Any

import numpy as np
import tensorflow as tf


def scale(x: tf.Tensor) -> tf.Tensor:
    """uint8 pixels in 0..255 -> float32 in [0, 1]."""
    return tf.cast(x, tf.float32) / 255.0


def in_batches(function: Any, array: np.ndarray) -> dict[str, np.ndarray]:
    """Apply `function(index, [B, ...]) -> {name: [B, ...]}`, made a graph, batch by batch; join the results."""
    return batch_by_batch(tf.function(function, reduce_retracing=True), array)


def batch_by_batch(function: Any, array: np.ndarray, batch: int = 500) -> dict[str, np.ndarray]:
    """The same of a function as it is: one with a graph of its own, which took longer to make than it takes to run."""
    parts = [
        function(tf.constant(i), tf.constant(array[start : start + batch]))
        for i, start in enumerate(range(0, len(array), batch))
    ]
    return {name: np.concatenate([part[name].numpy() for part in parts]) for name in parts[0]}
