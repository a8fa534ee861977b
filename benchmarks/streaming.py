"""What streaming costs: training on images mapped from disk against images in memory, a block of each in turn.

python -m benchmarks.streaming. The file is larger than what the blocks read of it, and begins outside the system's
cache, so that rows come from the disk.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.__main__ import CONTESTED, ROUNDS, plainly, python
from benchmarks.jobs import jobs
from benchmarks.networks import pictures
from benchmarks.turns import Contestant, interleave

MAPPED = 2_000_000_000  # bytes of the file
NAMES = ("leave_one_out", "vae_tril")  # the fastest network, and an ordinary one


def write(path: Path, shape: list[int]) -> None:
    """An npy file of images, which the system's cache then forgets."""
    some = pictures(shape)
    count = MAPPED // some.nbytes
    images = np.lib.format.open_memmap(path, "w+", np.uint8, (count * len(some), *shape))
    for start in range(0, len(images), len(some)):
        images[start : start + len(some)] = some
    images.flush()
    del images
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    """Print the throughput of each network, held and streamed, and their ratio."""
    for name in NAMES:
        job = plainly(jobs()[name]) | {"steps": CONTESTED[name]}
        with tempfile.TemporaryDirectory(dir=".") as folder:
            path = Path(folder) / "images.npy"
            write(path, job["shape"])
            contestants = [
                Contestant("held", python("engine", json.dumps(job))),
                Contestant("streamed", python("engine", json.dumps(job | {"mapped": str(path)}))),
            ]
            found = interleave(contestants, ROUNDS)
            for contestant in contestants:
                contestant.close()
        rates = {how: job["fit"]["batch"] / seconds for how, seconds in found.items()}
        shown = ", ".join(f"{how} {rate:,.0f} images/s" for how, rate in rates.items())
        print(f"{name}: {shown}, {rates['streamed'] / rates['held']:.0%}", flush=True)


if __name__ == "__main__":
    main()
