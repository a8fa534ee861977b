"""Batches of arrays: for training, gathered inside the graph, and for functions that are applied to whole arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from digitforge.data.mapped import at_random
from digitforge.nn.backend import tf


def batches(arrays: tuple[np.ndarray, ...], *, batch: int, seed: int, start: int = 0) -> tf.data.Dataset:
    """Endless shuffled batches from step `start` on.

    arrays: each [N, ...] -> elements ([B, ...], ...), or just [B, ...] for a single array. Every epoch is a new
    permutation of the N examples. The batch of a step is a function of (seed, step) alone: a run resumed at
    step s sees what it would have seen, and so does one whose arrays are memory-mapped files: their rows are read from
    the disk, ahead of the training, and are never all in memory.
    """
    count = len(arrays[0])
    readers = [reader(array) for array in arrays]

    def gather(step: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, ...]:
        position = step * batch + tf.range(batch, dtype=tf.int64)
        epoch = position // count
        seeds = tf.stack([tf.fill([batch], tf.constant(seed, tf.int64)), tf.zeros_like(epoch), epoch], axis=1)
        # The raw op takes a seed per element; its public wrapper (TensorFlow 2.21) pads such seeds wrongly.
        index = tf.raw_ops.RandomIndexShuffle(
            index=position % count, seed=seeds, max_index=tf.constant(count - 1, tf.int64), rounds=4
        )
        found = tuple(read(index) for read in readers)
        return found if len(found) > 1 else found[0]

    steps = tf.data.Dataset.range(start, tf.int64.max)
    at_once, ahead = (2, 16) if any(isinstance(array, np.memmap) for array in arrays) else (1, 4)  # disks keep waiting
    return without_autotune(steps.map(gather, num_parallel_calls=at_once).prefetch(ahead))


def reader(array: np.ndarray) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function of positions [B] that gives those rows of an array [N, ...], in a graph -> [B, ...].

    An array in memory is copied into TensorFlow's; of a mapped one each row is read when it is asked for.
    """
    if not isinstance(array, np.memmap):
        resident = tf.constant(array)
        return lambda index: tf.gather(resident, index)
    rows = at_random(array)

    def read(index: tf.Tensor) -> tf.Tensor:
        found = tf.numpy_function(rows, [index], array.dtype, stateful=False)
        return tf.ensure_shape(found, (*index.shape, *array.shape[1:]))

    return read


def without_autotune(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Turn tf.data's tuner off: there is nothing to tune, and its thread holds up the end of a training.

    It sleeps for up to a minute, and a dataset that is let go waits until it wakes (TensorFlow 2.21).
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


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
