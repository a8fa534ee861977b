"""Contestant: this project's training engine, as the stages call it. python -m benchmarks.engine JOB"""

import json
import math
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.turns import Turns


def main() -> None:
    """Train forever, a block of `steps` a turn."""
    turns, job = Turns(), json.loads(sys.argv[1])
    from benchmarks.networks import pictures, sample_operations, step_operations
    from digitforge.models import build
    from digitforge.settings.fit import Fit
    from digitforge.training import callbacks
    from digitforge.training.fit import Plan, fit

    callbacks.CHECKPOINT_EVERY_SECONDS = math.inf  # waiting for a turn isn't training: none would be due in a block
    mapped = np.load(job["mapped"], mmap_mode="r") if "mapped" in job else None
    images, steps = pictures(job["shape"]) if mapped is None else mapped, job["steps"]
    model = build(job["family"], tuple(job["shape"]), job["model"], seed=1)
    operations = {"operations": step_operations(model), "sample_operations": sample_operations(model)}
    turns.start(weights=model.count_params(), **operations)
    with tempfile.TemporaryDirectory() as scratch:
        fit(
            model,
            (images,),
            (images[:1],),
            settings=Fit(**job["fit"]),
            steps=Plan(interval=steps, intervals=1_000_000),
            seed=1,
            label="engine",
            scratch=Path(scratch),
            listener=lambda row: turns.done(steps),
            jit_compile=job.get("jit_compile", "auto"),
        )


if __name__ == "__main__":
    main()
