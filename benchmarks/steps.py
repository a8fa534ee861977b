"""Training steps called directly, in this process: what remains when Keras's `fit` is left out."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.networks import pictures
from digitforge.models import build
from digitforge.models.base import GenerativeModel
from digitforge.nn.backend import tf
from digitforge.nn.batches import batches, scale
from digitforge.settings.fit import Fit
from digitforge.training.fit import STEPS_PER_CALL, optimizer

Block = Callable[[], float]  # does some steps -> seconds per step


def model_of(job: dict[str, Any]) -> GenerativeModel:
    """The job's model, ready to train."""
    model = build(job["family"], tuple(job["shape"]), job["model"], seed=1)
    model.optimizer = optimizer(Fit(**job["fit"]), 1_000_000)
    model.optimizer.build(model.trainable_variables)
    return model


def timed(call: Callable[[], Any], steps: int, calls: int = 2) -> Block:
    """A block of `calls` calls of `steps` each; the first call, which traces and compiles, is made here."""
    call()

    def block() -> float:
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / (calls * steps)

    return block


def medians(blocks: dict[str, Block], rounds: int) -> dict[str, float]:
    """Interleaved: a block of each in turn -> median seconds per step."""
    found: dict[str, list[float]] = {name: [] for name in blocks}
    for _ in range(rounds):
        for name, block in blocks.items():
            found[name].append(block())
    return {name: median(seconds) for name, seconds in found.items()}


def full_steps(job: dict[str, Any]) -> Block:
    """Batches gathered, gradients, update: all that the graph does."""
    model = model_of(job)
    iterator = iter(batches((pictures(job["shape"]),), batch=job["fit"]["batch"], seed=1))

    @tf.function
    def call() -> None:
        for _ in tf.range(STEPS_PER_CALL):
            model.train_step(next(iterator))

    return timed(call, STEPS_PER_CALL)


def steps_on_one_batch(job: dict[str, Any], *, update: bool) -> Block:
    """The same on one batch for ever; without `update`, forward and backward only."""
    model = model_of(job)
    images = tf.constant(pictures(job["shape"], job["fit"]["batch"]))

    def gradients_only(step: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model.terms(scale(images), None, tf.stack([1, step]), training=True)["loss"])
        with tf.control_dependencies(tape.gradient(loss, model.trainable_variables)):
            tf.debugging.assert_all_finite(loss, "loss")

    @tf.function
    def call() -> None:
        for step in tf.range(STEPS_PER_CALL):
            if update:
                model.train_step(images)
            else:
                gradients_only(step)

    return timed(call, STEPS_PER_CALL)
