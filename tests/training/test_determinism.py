"""Every kind of network, trained in two processes, one of them watched, must end in the same bytes."""

import json
import subprocess
import sys

import pytest

from tests import small

SCRIPT = """
import hashlib, json, sys, tempfile
from pathlib import Path
import numpy as np
from digitforge.models import build
from digitforge.models.snapshots import snapshots
from digitforge.training.fit import Plan, fit, save_weights
from tests import small

found = {}
for key in sys.argv[3:]:
    row = small.params().variants[key]
    shape = (28, 28, row.data.channel_count)
    images = (np.random.default_rng(0).random((300, *shape)) < 0.2).astype(np.uint8) * 255
    model = build(row.family, shape, row.model.model_dump(), seed=1)
    arrays = (images, np.arange(300) % 10) if model.needs_labels else (images,)
    draw = snapshots(model, images[:10], seed=1)
    settings = row.fit.model_copy(update={"batch": 32})
    with tempfile.TemporaryDirectory() as folder:
        fit(
            model, arrays, tuple(array[:10] for array in arrays), settings=settings, steps=Plan(4, 2),
            seed=int(sys.argv[1]), label=key, scratch=Path(folder) / "scratch", listener=lambda row: None,
            watcher=lambda step: draw() if sys.argv[2] == "watched" else None,
        )
        save_weights(model, Path(folder) / "model.weights.h5")
        found[key] = hashlib.sha256((Path(folder) / "model.weights.h5").read_bytes()).hexdigest()
print(json.dumps(found))
"""


def firsts(*aspects):
    """The first variant of each family, and of each of its networks and uses of dropout if they are named."""
    found = {}
    for key, row in small.params().variants.items():
        network = row.model.network
        values = {"network": network.name, "dropout": getattr(network, "dropout", 0) > 0}
        found.setdefault((row.family, *(values[aspect] for aspect in aspects)), key)
    return list(found.values())


FAMILIES = firsts()
ALWAYS = [key for key in FAMILIES if small.params().variants[key].family in ("vae", "gan")]  # with one network, and two


def digests(seed, keys, watched="alone"):
    command = [sys.executable, "-c", SCRIPT, str(seed), watched, *keys]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def of_two_processes():
    return digests(1, ALWAYS), digests(1, ALWAYS, "watched")


@pytest.mark.parametrize("key", ALWAYS)
def test_the_same_seed_gives_the_same_bytes_in_another_process_watched_or_not(of_two_processes, key):
    first, again = (found[key] for found in of_two_processes)
    assert first == again


@pytest.mark.long
def test_so_it_does_for_every_family_and_network():
    keys = dict.fromkeys([*FAMILIES, *firsts("network", "dropout")])
    assert digests(1, keys) == digests(1, keys, "watched")


def test_another_seed_gives_others(of_two_processes):
    key = ALWAYS[0]
    assert digests(2, [key])[key] != of_two_processes[0][key]
