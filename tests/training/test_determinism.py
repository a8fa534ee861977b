"""Every variant's own network, trained in two processes, must end in the same bytes."""

import json
import subprocess
import sys

import pytest

from stages.pipeline.params import load_params

SCRIPT = """
import hashlib, json, sys, tempfile
from pathlib import Path
import numpy as np
from stages.models import build
from stages.pipeline.params import load_params
from stages.training.fit import Plan, fit, save_weights

found = {}
for key, row in load_params().variants.items():
    shape = (28, 28, 3 if row.data.startswith("color") else 1)
    images = (np.random.default_rng(0).random((300, *shape)) < 0.2).astype(np.uint8) * 255
    model = build(row.family, shape, row.model.model_dump(), seed=1)
    settings = row.fit.model_copy(update={"batch": 64})
    with tempfile.TemporaryDirectory() as folder:
        fit(
            model, (images,), (images[:10],), settings=settings, steps=Plan(8, 2), seed=int(sys.argv[1]), label=key,
            scratch=Path(folder) / "scratch", listener=lambda row: None,
        )
        save_weights(model, Path(folder) / "model.weights.h5")
        found[key] = hashlib.sha256((Path(folder) / "model.weights.h5").read_bytes()).hexdigest()
print(json.dumps(found))
"""


def digests(seed):
    command = [sys.executable, "-c", SCRIPT, str(seed)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def of_three_processes():
    return digests(1), digests(1), digests(2)


@pytest.mark.parametrize("key", load_params().variants)
def test_same_seed_same_bytes_in_another_process_and_another_seed_others(of_three_processes, key):
    first, again, other = (found[key] for found in of_three_processes)
    assert first == again
    assert first != other
