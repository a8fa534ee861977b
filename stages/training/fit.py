"""The training engine: Keras `fit` over resident data, several steps a call, resumable bit for bit."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from stages.pipeline import files
from stages.pipeline.params import Fit
from stages.training.callbacks import Checkpoint, History, Progress, Row, StopOnNonFinite
from stages.training.data import batches

INTERVALS = 50  # points on a curve
STEPS_PER_CALL = 8
VALIDATION_BATCH = 500


def describe_device() -> str:
    """One line that says what trains; lets a GPU's memory grow as needed."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if gpus:
        names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
        return f"training on the GPU ({', '.join(names)})"
    return "training on the CPU (no GPU found)"


def optimizer(settings: Fit, steps: int) -> keras.optimizers.Optimizer:
    """Adam (Kingma & Ba 2015), by choice with warm-up and cosine decay and with averaged weights."""
    rate: float | keras.optimizers.schedules.LearningRateSchedule = settings.learning_rate
    if settings.schedule == "cosine":
        warmup = max(1, min(200, steps // 20))
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, max(1, steps - warmup), warmup_target=settings.learning_rate, warmup_steps=warmup
        )
    if settings.ema:
        return keras.optimizers.Adam(rate, use_ema=True, ema_momentum=settings.ema)
    return keras.optimizers.Adam(rate)


def interval_length(steps: int) -> int:
    """Steps between two points of the curve: a fiftieth of the run, in whole calls of the graph."""
    length = math.ceil(steps / INTERVALS)
    return length if length < STEPS_PER_CALL else math.ceil(length / STEPS_PER_CALL) * STEPS_PER_CALL


def fit(
    model: keras.Model,
    train: tuple[np.ndarray, ...],
    validation: tuple[np.ndarray, ...],
    *,
    settings: Fit,
    steps: int,
    seed: int,
    label: str,
    scratch: Path,
    listener: Callable[[Row], None],
    jit_compile: bool | str = "auto",
) -> list[Row]:
    """Train `model` in place -> a row per interval.

    train, validation: arrays [N, ...] as the model's train_step takes them. `steps` is rounded up to whole
    intervals (at most 2 % and 8 steps more). `scratch` keeps a checkpoint while training runs. `jit_compile` is
    Keras's: "auto" means XLA on a GPU and none on a CPU, where it made convolutions 1.8 times slower and the
    dense network no faster. Raises UserError when the loss is no longer finite.
    """
    interval = interval_length(steps)
    intervals = math.ceil(steps / interval)
    steps = interval * intervals
    model.seed = seed
    model.compile(
        optimizer=optimizer(settings, steps),
        jit_compile=jit_compile,
        steps_per_execution=math.gcd(interval, STEPS_PER_CALL),
    )
    model.optimizer.build(model.trainable_variables)
    rows: list[Row] = []
    checkpoint = Checkpoint(scratch, rows)
    done = checkpoint.restore(model)
    if done:
        print(f"{label}: resuming at step {done * interval} of {steps}")
    held_out = tf.data.Dataset.from_tensor_slices(validation if len(validation) > 1 else validation[0])
    model.fit(
        batches(train, batch=settings.batch, seed=seed, start=done * interval),
        validation_data=held_out.batch(VALIDATION_BATCH),
        initial_epoch=done,
        epochs=intervals,
        steps_per_epoch=interval,
        shuffle=False,
        verbose=0,
        callbacks=[
            Progress(label, done * interval, steps),
            History(rows, interval, listener),
            StopOnNonFinite(label, interval, settings.learning_rate),
            checkpoint,
        ],
    )
    shutil.rmtree(scratch, ignore_errors=True)
    return rows


def save_weights(model: keras.Model, path: Path) -> None:
    """Save the weights alone, without the optimiser's state: equal weights give equal bytes."""
    model.optimizer = None
    with files.atomic(path) as partial:
        model.save_weights(partial)
