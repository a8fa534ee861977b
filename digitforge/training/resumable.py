"""A training of the pipeline: seeded, resumable, watched live, its curves kept as CSV."""

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from filelock import FileLock

from digitforge import files
from digitforge.data.album import Album
from digitforge.data.subsets import spread
from digitforge.nn.backend import keras
from digitforge.settings.fit import Fit
from digitforge.settings.trainings import Training
from digitforge.training.callbacks import Point
from digitforge.training.device import describe_device
from digitforge.training.fit import fit, plan

VALIDATION = 1_000  # images: at 50 intervals, 2,000 took a seventh of a training of 1,000 steps


class Watcher(Protocol):
    """Who looks on while a model is trained, such as a run in MLflow; nothing that it does changes the training."""

    def log_row(self, row: Point) -> None:
        """Take a point of the curves."""

    def log_picture(self, picture: np.ndarray, step: int) -> None:
        """Take a picture, uint8 [H, W, 3], of what the model makes at a step."""


def train(
    training: Training,
    model: keras.Model,
    arrays: tuple[np.ndarray, ...],
    held_out: tuple[np.ndarray, ...],
    settings: Fit,
    save: Callable[[list[Point]], None],
    *,
    source: str,
    watched: AbstractContextManager[Watcher],
    album: Album | None = None,
) -> None:
    """Train `model` as `training` describes it, then `save(points)` its outputs, a point an interval of steps.

    arrays, held_out: what to learn from, and test images, as the model's train_step takes them; `source` names their
    data set. 1,000 of the test images, evenly spread, make the val_* curves. `album` keeps what the model makes over
    its training. Checkpoints go only when `save` is done.
    """
    recipe, name, examples = training.recipe, training.name, len(arrays[0])
    steps = plan(settings, examples=examples, budget=recipe["budget"], max_epochs=recipe["max_epochs"])
    print(f"{name}: {describe_device()}, {steps.steps:,} steps of {settings.batch} on {examples:,} images ({source})")
    short = training.fingerprint[:16]
    scratch = files.scratch() / "checkpoints" / short
    # Two workers may want the same training at once: they take turns, and never share a checkpoint.
    with FileLock(files.scratch() / f"{short}.lock"), watched as watcher:
        if album:
            album.open(scratch / "album.npz")
        began = time.monotonic()
        points = fit(
            model,
            arrays,
            tuple(array[spread(len(array), VALIDATION)] for array in held_out),
            settings=settings,
            steps=steps,
            seed=recipe["seed"],
            label=name,
            scratch=scratch,
            listener=watcher.log_row,
            watcher=lambda step: watcher.log_picture(album.take(step), step) if album else None,
        )
        print(f"{name}: trained in {time.monotonic() - began:.0f} s")
        save(points)
        shutil.rmtree(scratch, ignore_errors=True)


def write_history(path: Path, points: list[Point]) -> None:
    """Write the curves as CSV, a column per term."""
    files.write_text(path, pd.DataFrame(points).to_csv(index=False))
