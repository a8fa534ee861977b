"""A training of the pipeline: seeded, resumable, watched live, its curves kept as CSV."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from digitforge import files
from digitforge.data.album import Album
from digitforge.data.subsets import spread
from digitforge.errors import UserError
from digitforge.nn.backend import keras
from digitforge.settings.fit import Fit
from digitforge.settings.recipe import Recipe
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
    its training. Checkpoints go only when `save` is done. Raises UserError, and saves nothing, if recipe or data
    are others by then.
    """
    recipe, name, examples = training.recipe, training.name, len(arrays[0])
    steps = plan(settings, examples=examples, budget=recipe["budget"], max_epochs=recipe["max_epochs"])
    work = f"{steps.steps:,} steps of {settings.batch} on {examples:,} images ({source})"
    print(f"{name}: {describe_device(settings)}, {work}")
    short = training.fingerprint[:16]
    scratch = files.scratch() / "checkpoints" / short
    with alone(files.scratch() / short, name), watched as watcher:
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
            album=album,
        )
        print(f"{name}: trained in {time.monotonic() - began:.0f} s")
        if Training.of(Recipe.read(recipe.stage, recipe.key)).fingerprint != training.fingerprint:
            changed = "its settings, code or data changed while it trained, so nothing is saved"
            raise UserError(f"{recipe.name}: {changed}; `dvc repro` trains it as it is now")
        save(points)
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def alone(path: Path, name: str) -> Iterator[None]:
    """Take turns with another process that wants the same training, and say whom this one waits for.

    path: of the lock and the file with its owner, without their suffixes.
    """
    lock, owner = FileLock(path.with_suffix(".lock")), path.with_suffix(".pid")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        process = owner.read_text(encoding="utf-8") if owner.exists() else "unknown"
        print(f"{name}: waits for process {process}, which trains the same", flush=True)
        lock.acquire()
    try:
        files.write_text(owner, str(os.getpid()))
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def write_history(path: Path, points: list[Point]) -> None:
    """Write the curves as CSV, a column per term."""
    files.write_text(path, pd.DataFrame(points).to_csv(index=False))
