"""A training of the pipeline: seeded, resumable, tracked live, its curves kept as CSV."""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock

from digitforge import files
from digitforge.data.album import Album
from digitforge.data.subsets import spread
from digitforge.nn.backend import keras
from digitforge.settings.fit import Fit
from digitforge.settings.params import Params
from digitforge.tracking import runs
from digitforge.tracking.fingerprint import fingerprint
from digitforge.training.callbacks import Point
from digitforge.training.device import describe_device
from digitforge.training.fit import fit, plan

VALIDATION = 1_000  # images: at 50 intervals, 2,000 took a seventh of a training of 1,000 steps


def train_tracked(
    model: keras.Model,
    train: tuple[np.ndarray, ...],
    validation: tuple[np.ndarray, ...],
    *,
    params: Params,
    stage: str,
    key: str | None,
    name: str,
    settings: Fit,
    logged: Mapping[str, Any],
    tags: Mapping[str, str],
    data: Path,
    save: Callable[[list[Point]], None],
    album: Album | None = None,
) -> None:
    """Train `model` for stage `stage` (`stage@key`), then `save(rows)` its outputs, a row per interval.

    `name` is the run's in MLflow, `logged` are the parameters shown there; `data` is the file the arrays came from.
    1,000 validation images, evenly spread, make the val_* curves. `album` keeps what the model makes over its training,
    and its pictures make a slider in MLflow. Checkpoints go only when `save` is done.
    """
    source, examples = files.source_name(), len(train[0])
    steps = plan(settings, examples=examples, budget=params.budget, max_epochs=params.max_epochs)
    print(f"{name}: {describe_device()}, {steps.steps:,} steps of {settings.batch} on {examples:,} images ({source})")
    stage_hash = fingerprint(stage, key)
    scratch = files.scratch() / "checkpoints" / stage_hash[:16]
    # Two workers may want the same training at once: they take turns, and never share a checkpoint.
    with (
        FileLock(files.scratch() / f"{stage_hash[:16]}.lock"),
        runs.run(
            params.tracking,
            stage,
            name,
            stage_hash=stage_hash,
            params={**logged, "budget": params.budget, "seed": params.seed},
            data=data,
            source=source,
            tags=tags,
        ) as run,
    ):
        if album:
            album.open(scratch / "album.npz")
        began = time.monotonic()
        rows = fit(
            model,
            train,
            tuple(array[spread(len(array), VALIDATION)] for array in validation),
            settings=settings,
            steps=steps,
            seed=params.seed,
            label=name,
            scratch=scratch,
            listener=run.log_row,
            watcher=lambda step: run.log_picture(album.take(step), step) if album else None,
        )
        print(f"{name}: trained in {time.monotonic() - began:.0f} s")
        save(rows)
        shutil.rmtree(scratch, ignore_errors=True)


def write_history(path: Path, rows: list[Point]) -> None:
    """Write the curves as CSV, a column per term."""
    files.write_text(path, pd.DataFrame(rows).to_csv(index=False))
