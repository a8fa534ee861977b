"""Seconds of training until a model is good: python -m benchmarks.quality prints JSON.

The clock runs while `training.fit` trains; it stands while samples are drawn and judged. Needs the data and the
strict verifier that `dvc repro` makes.
"""

import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.jobs import jobs
from benchmarks.page import EPOCH
from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.pixels import crisp, to_bytes
from digitforge.errors import UserError, user_errors
from digitforge.metrics.verifier import predictability
from digitforge.models import build
from digitforge.models.verifiers import load
from digitforge.nn.samplers import FIT_ON, FromMixture, MixtureSampler
from digitforge.settings.fit import Fit
from digitforge.training.fit import STEPS_PER_CALL, Plan, fit
from digitforge.training.resumable import VALIDATION

EPOCHS = 10  # of the historic recipe: a tenth of it
INTERVALS = 25
SAMPLES = 2_000
MIXTURE = FromMixture(codes="mixture", components=100, temperature=1.0, shared_channels=False, threshold=None)
JUDGE = files.VERIFIER / "strict"


def curve(name: str, job: dict[str, Any], steps: int) -> list[dict[str, float]]:
    """Train for `steps` -> rows of step, seconds, loss of test images (nats) and share of samples recognised."""
    data = Dataset.read(Mode.parse("mono-binary-complete"), "x_train", "x_test")
    judge, needed = load(JUDGE), files.read_json(JUDGE / "judge.json")["thresholds"]["binary"]["1"]
    model = build(job["family"], tuple(job["shape"]), job["model"], seed=1)
    if name != "historic":  # its outputs start at zero, as its authors had it
        model.adapt(data["x_train"])
    found: list[dict[str, float]] = []
    trained, since = 0.0, time.perf_counter()

    def look(row: dict[str, float]) -> None:
        nonlocal trained, since
        trained += time.perf_counter() - since
        codes, _ = model.encode(data["x_train"][:FIT_ON], 1)
        samples = to_bytes(model.decode(MixtureSampler.fit_codes(codes, MIXTURE, seed=1).draw(SAMPLES, 1)))
        probabilities, _ = judge.read(crisp(samples, job["threshold"]))
        recognised = predictability(probabilities, needed).value
        found.append({"step": row["step"], "seconds": trained, "nats": row["val_loss"], "recognised": recognised})
        print(f"{name}: {found[-1]}", file=sys.stderr)
        since = time.perf_counter()

    with tempfile.TemporaryDirectory() as scratch:
        fit(
            model,
            (data["x_train"],),
            (data["x_test"][:VALIDATION],),
            settings=Fit(**job["fit"]),
            steps=Plan(interval=math.ceil(steps / INTERVALS / STEPS_PER_CALL) * STEPS_PER_CALL, intervals=INTERVALS),
            seed=1,
            label=name,
            scratch=Path(scratch),
            listener=look,
        )
    return found


def contestants() -> dict[str, dict[str, Any]]:
    """The historic recipe of the convolutional VAE, and what this project would train in its place."""
    found = jobs()
    constant = {"batch": 256, "learning_rate": 0.001, "schedule": "constant", "ema": 0.0}
    fit = found["vae_tril"]["fit"] | constant | {"steps": round(EPOCHS * EPOCH)}
    historic = found["vae_tril"] | {"fit": fit, "threshold": 0.5}
    patch = found["vae_stacked"] | {"shape": [28, 28, 1], "threshold": 0.5}
    patch |= {"model": patch["model"] | {"code": 16}, "fit": patch["fit"] | {"steps": 1000}}
    return {"historic": historic, "ae_deep": found["ae_deep"] | {"threshold": 0.38}, "patch": patch}


def main() -> None:
    """Print {name: {job, curve}}."""
    if not (JUDGE / "judge.json").exists():
        raise UserError(f"{JUDGE}: no verifier yet; `make repro` trains it")
    found = {name: {"job": job, "curve": curve(name, job, job["fit"]["steps"])} for name, job in contestants().items()}
    print(json.dumps(found))


if __name__ == "__main__":
    with user_errors():
        main()
