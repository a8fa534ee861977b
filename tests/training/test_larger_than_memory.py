"""A training on 4 GB of images in a process that may have 2 GB, and what streaming changes: nothing."""

import subprocess
import sys

import numpy as np

from tests.training.test_fit import IMAGES, equal, small_vae, train

SCRIPT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (2_000_000_000,) * 2)  # RLIMIT_AS counts what TensorFlow only reserves
import numpy as np
from pathlib import Path
from digitforge.data import mapped
from tests.training.test_fit import small_vae, train

images = np.load(sys.argv[1], mmap_mode="r")
assert mapped.memory() == 2_000_000_000 and mapped.too_large(images.nbytes)
try:
    np.array(images)
except MemoryError:
    print("too large to be held")
model = small_vae()
model.adapt(images[:1000])
_, rows = train(model, Path(sys.argv[2]), images, steps=100)
print(rows[-1]["step"])
"""


def test_four_gigabytes_train_where_two_may_be_taken(tmp_path):
    np.lib.format.open_memmap(tmp_path / "images.npy", "w+", np.uint8, (62_500_000, 8, 8, 1)).flush()  # sparse: no disk
    command = [sys.executable, "-c", SCRIPT, tmp_path / "images.npy", tmp_path / "scratch"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split("\n")) == (0, ["too large to be held", "100", ""]), done.stderr[-2000:]


def test_streamed_and_held_trainings_end_in_the_same_weights(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    held, points = train(small_vae(), tmp_path / "held", IMAGES)
    streamed, again = train(small_vae(), tmp_path / "streamed", np.load(tmp_path / "images.npy", mmap_mode="r"))
    assert again == points
    assert equal(held, streamed)
