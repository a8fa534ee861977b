"""Pixels as models take them, and models applied to whole arrays."""

from typing import Any

import numpy as np
import tensorflow as tf


def scale(x: tf.Tensor) -> tf.Tensor:
    """uint8 pixels in 0..255 -> float32 in [0, 1]."""
    return tf.cast(x, tf.float32) / 255.0


def in_batches(function: Any, array: np.ndarray, batch: int = 500) -> dict[str, np.ndarray]:
    """Apply `function(index, [B, ...]) -> {name: [B, ...]}`, as a graph, batch by batch; join the results."""
    graph = tf.function(function, reduce_retracing=True)
    parts = [
        graph(tf.constant(i), tf.constant(array[start : start + batch]))
        for i, start in enumerate(range(0, len(array), batch))
    ]
    return {name: np.concatenate([part[name].numpy() for part in parts]) for name in parts[0]}
