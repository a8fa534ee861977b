"""Batches from uint8 arrays that stay in memory, gathered inside the graph."""

import numpy as np
import tensorflow as tf


def batches(arrays: tuple[np.ndarray, ...], *, batch: int, seed: int, start: int = 0) -> tf.data.Dataset:
    """Endless shuffled batches from step `start` on.

    arrays: each [N, ...] -> elements ([B, ...], ...), or just [B, ...] for a single array. Every epoch is a new
    permutation of the N examples. The batch of a step is a function of (seed, step) alone: a run resumed at
    step s sees what it would have seen.
    """
    count = len(arrays[0])
    resident = [tf.constant(array) for array in arrays]

    def gather(step: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, ...]:
        position = step * batch + tf.range(batch, dtype=tf.int64)
        epoch = position // count
        seeds = tf.stack([tf.fill([batch], tf.constant(seed, tf.int64)), tf.zeros_like(epoch), epoch], axis=1)
        # The raw op takes a seed per element; its public wrapper (TensorFlow 2.21) pads such seeds wrongly.
        index = tf.raw_ops.RandomIndexShuffle(
            index=position % count, seed=seeds, max_index=tf.constant(count - 1, tf.int64), rounds=4
        )
        found = tuple(tf.gather(array, index) for array in resident)
        return found if len(found) > 1 else found[0]

    steps = tf.data.Dataset.range(start, tf.int64.max)
    return without_autotune(steps.map(gather, num_parallel_calls=1).prefetch(4))


def without_autotune(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Turn tf.data's tuner off: there is nothing to tune, and its thread holds up the end of a training.

    It sleeps for up to a minute, and a dataset that is let go waits until it wakes (TensorFlow 2.21).
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
