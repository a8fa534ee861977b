"""A training of the pipeline: seeded, resumable, tracked live, its curves kept as CSV."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from stages.pipeline import files, tracking
from stages.pipeline.fingerprint import fingerprint
from stages.pipeline.params import Fit, Params
from stages.training.callbacks import Row
from stages.training.fit import describe_device, fit

VALIDATION = 2_000


def train_tracked(
    model: keras.Model,
    train: tuple[np.ndarray, ...],
    validation: tuple[np.ndarray, ...],
    *,
    params: Params,
    stage: str,
    key: str | None,
    settings: Fit,
    logged: Mapping[str, Any],
    tags: Mapping[str, str],
    data: Path,
    jit_compile: bool | str = "auto",
) -> list[Row]:
    """Train `model` for stage `stage` (of variant `key`) -> a row per interval.

    `logged` are the parameters that MLflow shows; `data` is the file the arrays came from. The first 2,000
    validation images make the val_* curves.
    """
    print(describe_device())
    name = key or stage
    examples = len(train[0])
    steps = params.steps(settings, examples)
    if steps < settings.steps * params.budget * 0.99:
        print(f"{name}: {steps} steps, not {settings.steps}: max_epochs {params.max_epochs} over {examples} images")
    stage_hash = fingerprint(stage, key)
    with tracking.run(
        params.tracking.experiment,
        stage,
        name,
        stage_hash=stage_hash,
        params={**logged, "budget": params.budget, "seed": params.seed, "steps": steps},
        data=data,
        source=files.source_name(),
        tags=tags,
    ) as run:
        return fit(
            model,
            train,
            tuple(array[:VALIDATION] for array in validation),
            settings=settings,
            steps=steps,
            seed=params.seed,
            label=name,
            scratch=files.scratch() / "checkpoints" / stage_hash[:16],
            listener=run.log_row,
            jit_compile=jit_compile,
        )


def write_history(path: Path, rows: list[Row]) -> None:
    """Write the curves as CSV, a column per term."""
    files.write_text(path, pd.DataFrame(rows).to_csv(index=False))
