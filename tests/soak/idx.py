"""Damaged IDX files: each is an array, or one line says which file is wrong."""

import gzip
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from digitforge.data.idx import format_idx
from digitforge.data.idx_files import read
from digitforge.errors import UserError
from tests.soak.outcome import Outcome, Progress, one_line

SURVIVAL = "arrays as the header says, or one line that names the file"


def content(rng: random.Random, shape: tuple[int, ...]) -> bytes:
    return format_idx(np.random.default_rng(rng.randrange(2**32)).integers(0, 10, shape).astype(np.uint8))


def mutated(made: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Bytes that something happened to."""
    kind = rng.choice(["none", "header", "header", "size", "bytes", "cut", "more", "empty", "noise", "type"])
    changed = bytearray(made)
    if kind == "header":
        changed[rng.randrange(min(16, len(changed)))] = rng.randrange(256)
    elif kind == "size":
        at = 4 * rng.randrange(1, 3)
        changed[at : at + 4] = rng.choice([0, 1, 2**16, 2**31 - 1, 2**32 - 1]).to_bytes(4, "big")
    elif kind == "bytes":
        for _ in range(5):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    elif kind == "cut":
        del changed[rng.randrange(len(changed)) :]
    elif kind == "more":
        changed += bytes(rng.choice([1, 784, 100_000]))
    elif kind == "empty":
        changed = bytearray()
    elif kind == "noise":
        changed = bytearray(rng.randrange(256) for _ in range(rng.choice([1, 3, 500])))
    elif kind == "type":
        changed[2:4] = bytes([rng.choice([8, 9, 11, 12, 13, 14]), rng.randrange(6)])
    return kind, bytes(changed)


def packed(made: bytes, rng: random.Random) -> tuple[str, bytes]:
    """The same as gzip, which something may have happened to too."""
    changed = bytearray(gzip.compress(made, mtime=0))
    kind = rng.choice(["sound", "sound", "bytes", "cut", "twice", "tail", "plain"])
    if kind == "bytes":
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del changed[rng.randrange(len(changed)) :]
    elif kind == "twice":
        changed = changed + changed
    elif kind == "tail":
        changed += b"tail"
    elif kind == "plain":
        changed = bytearray(made)
    return f"gzip {kind}", bytes(changed)


def wrong_of(folder: Path) -> str | None:
    """What is wrong with how reading a folder ended."""
    try:
        for arrays in read(folder).values():
            labels, images = arrays.labels, arrays.pictures()
            if len(labels) != len(images) or images.dtype != np.uint8 or images.ndim not in (3, 4):
                return f"read as {labels.shape} and {images.shape} {images.dtype}"
    except UserError as error:
        return one_line(str(error)) or (None if str(folder) in str(error) else f"names no file: {error}")
    return None


def run(count: int, start: int, workplace: Any = None) -> Outcome:
    """Read `count` pairs of files, one of them damaged."""
    outcome = Outcome("idx", SURVIVAL)
    progress = Progress(outcome.name, count)
    for number in range(count):
        rng = random.Random(f"{start}-idx-{number}")
        n = rng.choice([1, 5, 40])
        shape = (n, 28, 28, 3) if rng.random() < 0.2 else (n, rng.choice([1, 28]), 28)
        files = {"images-idx3-ubyte": content(rng, shape), "labels-idx1-ubyte": content(rng, (n,))}
        kinds, set_name = [], rng.choice(["train-", "emnist-letters-train-", "emnist-byclass-train-"])
        with tempfile.TemporaryDirectory() as place:
            damaged = rng.choice([*files])
            for name, made in files.items():
                kind, made = mutated(made, rng) if name == damaged else ("", made)
                gz = rng.random() < 0.5
                how, made = packed(made, rng) if gz and name == damaged else ("", gzip.compress(made) if gz else made)
                kinds += [f"{name} {kind} {how}"] if kind else []
                (Path(place) / f"{set_name}{name}{'.gz' if gz else ''}").write_bytes(made)
            outcome.inject(f"idx {number} of seed {start} ({', '.join(kinds)})", wrong_of, Path(place))
        progress.step()
    return outcome
