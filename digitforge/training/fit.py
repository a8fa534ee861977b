"""The training engine: Keras `fit` over batches of arrays, several steps a call, resumable bit for bit."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digitforge.data.album import Album
from digitforge.errors import UserError
from digitforge.nn import augmentations, optimizers
from digitforge.nn.backend import keras, tf
from digitforge.nn.batches import batches, without_autotune
from digitforge.settings.fit import Fit
from digitforge.training.callbacks import (
    Checkpoint,
    History,
    Moments,
    Point,
    Progress,
    StopOnNonFinite,
    write_weights,
)
from digitforge.training.device import computing_in, normalise_together, training_precision

INTERVALS = 50  # points on a curve
STEPS_PER_CALL = 8
VALIDATION_BATCH = 500


@dataclass(frozen=True)
class Plan:
    """How many steps a training takes, as `intervals` of `interval` steps: the points of its curve."""

    interval: int
    intervals: int

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.interval * self.intervals


def plan(settings: Fit, *, examples: int, budget: float, max_epochs: int) -> Plan:
    """`settings.steps`, at most `max_epochs` over the examples, times `budget`, in up to 50 whole intervals.

    Rounded up by at most 2 % and 8 steps: an interval is a fiftieth of the run, in whole calls of the graph.
    """
    wanted = max(1, round(min(settings.steps, max_epochs * examples / settings.batch) * budget))
    interval = math.ceil(wanted / INTERVALS)
    if interval > STEPS_PER_CALL:
        interval = math.ceil(interval / STEPS_PER_CALL) * STEPS_PER_CALL
    return Plan(interval, math.ceil(wanted / interval))


def optimizer(settings: Fit, steps: int) -> keras.optimizers.Optimizer:
    """The optimiser of a training of `steps`, by choice with warm-up and cosine decay and with averaged weights."""
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        warmup = max(1, min(200, steps // 20))
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, max(1, steps - warmup), warmup_target=settings.learning_rate, warmup_steps=warmup
        )
    return optimizers.build(settings.optimizer, rate, settings.ema)


def fit(
    model: keras.Model,
    train: tuple[np.ndarray, ...],
    validation: tuple[np.ndarray, ...],
    *,
    settings: Fit,
    steps: Plan,
    seed: int,
    label: str,
    scratch: Path,
    listener: Callable[[Point], None],
    watcher: Callable[[int], None] = lambda step: None,
    album: Album | None = None,
    jit_compile: bool | str = "auto",
) -> list[Point]:
    """Train `model` in place -> a point per interval.

    train, validation: arrays [N, ...] as the model's train_step takes them. `scratch` keeps checkpoints, from which
    an interrupted training goes on; whoever saved the result deletes it. `watcher(step)` may look at the model at about
    ten moments, its averaged weights in place; what it keeps in `album` is part of a checkpoint. `jit_compile` is
    Keras's: "auto" means XLA on a GPU and none on a CPU, where it made convolutions 1.8 times slower and the dense
    network no faster; an augmentation that XLA can't compile switches it off, and so do several devices
    that the model was built on (`device.placed`); `nn/replicas.py` says what they share. Raises UserError when a loss
    is no longer finite, and for a batch that they can't share evenly.
    """
    strategy = model.distribute_strategy
    shared = strategy.num_replicas_in_sync > 1
    if settings.batch % strategy.num_replicas_in_sync:
        accepted = f"a multiple of {strategy.num_replicas_in_sync}, the devices that share it"
        raise UserError(f"{label}: fit.batch: received {settings.batch}; accepted: {accepted}")
    if shared:
        normalise_together(model)
    model.seed, model.steps = seed, steps.steps
    model.augment = augmentations.build(settings.augmentation)
    with strategy.scope():
        model.compile(
            optimizer=optimizer(settings, steps.steps),
            jit_compile=jit_compile if settings.augmentation.xla and not shared else False,
            # Keras's loop over steps feeds a shared batch to no one: "You must feed a value for placeholder tensor".
            steps_per_execution=1 if shared else math.gcd(steps.interval, STEPS_PER_CALL),
        )
        model.optimizer.build(model.trainable_variables)
    points: list[Point] = []
    checkpoint = Checkpoint(scratch, label, points, album)
    done = checkpoint.restore(model)
    if done:
        print(f"{label}: resuming at step {done * steps.interval} of {steps.steps}")
    held_out = tf.data.Dataset.from_tensor_slices(validation if len(validation) > 1 else validation[0])
    # Averaged weights are what will be saved, so they are what is validated too.
    averages = [keras.callbacks.SwapEMAWeights()] if settings.ema else []
    with computing_in(training_precision(), model):
        model.fit(
            batches(train, batch=settings.batch, seed=seed, start=done * steps.interval),
            validation_data=without_autotune(held_out.batch(VALIDATION_BATCH)),
            initial_epoch=done,
            epochs=steps.intervals,
            steps_per_epoch=steps.interval,
            shuffle=False,
            verbose=0,
            callbacks=[
                Moments(steps.interval, steps.intervals, watcher),
                *averages,
                Progress(label, done * steps.interval, steps.steps),
                History(points, steps.interval, listener),
                StopOnNonFinite(label, steps.interval, settings.learning_rate),
                checkpoint,
            ],
        )
    return points


def save_weights(model: keras.Model, path: Path) -> None:
    """Save the weights alone, without the optimiser's state: equal weights give equal bytes."""
    model.optimizer = None
    write_weights(model, path)
