"""Odd arguments: the API and the command line give what they promise, or one line says what is accepted."""

import io
import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import digitforge
from digitforge import command
from digitforge.errors import UserError
from digitforge.project import VARIABLE
from tests.soak.outcome import Outcome, Progress, one_line

SURVIVAL = "arrays of the promised shape, type and range, or a UserError (a command line: exit code 2) of one line"


class Odd:
    """An object of no use to anyone."""

    def __repr__(self) -> str:
        return "odd\nobject"


NUMBERS = [
    0,
    1,
    2,
    3,
    17,
    -1,
    10**30,
    -(10**30),
    2**31 - 1,
    2**31,
    2**63,
    1.0,
    1.5,
    float("nan"),
    float("inf"),
    True,
    None,
    "3",
    "x" * 5_000,
    b"3",
    [],
    [3],
    {},
    np.int64(2),
    np.uint8(3),
    np.float32(2),
    np.array(3),
    np.array([1, 2]),
    Odd(),
    3 + 0j,
]
LABELS = [
    None,
    0,
    7,
    9,
    10,
    -1,
    "7",
    "seven",
    "",
    [7],
    [7, 8],
    [[7]],
    [],
    7.0,
    True,
    np.int64(7),
    np.arange(3),
    "x" * 9_000,
    Odd(),
]

KEYS: list[Any] = ["vae", "gan", "", "../x", "x" * 9_000, "a\nb", "{}", None, 3, [], Odd(), np.arange(3), b"vae"]


def images(shape: tuple[int, ...], rng: random.Random) -> Any:
    """What may be given for images: half of them right."""
    made = np.random.default_rng(rng.randrange(2**32))
    n = rng.choice([1, 2, 5])
    grey = made.integers(0, 256, (n, *shape), np.uint8)
    right = [
        grey,
        grey / 255,
        (grey / 255).astype(np.float32),
        (grey / 255).astype(np.float16),
        grey[..., 0],
        grey[:, ::-1],
    ]
    odd = [
        grey[:0],
        grey[0],
        grey[:, :27],
        grey[..., :0],
        grey.astype(int),
        grey.astype(float),
        -grey / 255,
        grey / 255 * np.nan,
        grey / 255 + np.inf,
        grey.astype(object),
        grey.astype(str),
        grey.astype(complex),
        grey > 9,
        None,
        "images",
        [],
        [[1, 2], [3]],
        grey.tolist(),
        {"a": grey},
        Odd(),
        3,
        [Odd()],
        np.zeros((2, 28, 28, 3), np.uint8),
        np.zeros((1, 3, 28, 28), np.uint8),
        [None],
        np.zeros((0, 28, 28)),
        np.zeros(784),
        np.ma.masked_all((1, 28, 28, 1)),
        np.array(["2020"], "M8[D]"),
        np.zeros((1,) * 32),
        np.zeros((1, 28, 28), [("a", "u1")]),
        b"\0" * 784,
        range(3),
        grey.astype(">f8") / 255,
        np.zeros((1, 28, 28, 1), "f8").T,
    ]
    return rng.choice(right) if rng.random() < 0.4 else rng.choice(odd)


def codes(length: int, rng: random.Random) -> Any:
    made = np.random.default_rng(rng.randrange(2**32)).standard_normal((2, length))
    return rng.choice(
        [
            made,
            made.astype(np.float32),
            made[:0],
            made[0],
            made[:, 1:],
            made * np.nan,
            made * 1e300,
            made * 1e30,
            made > 0,
            None,
            "z",
            made.astype(object),
            made.astype(int),
            [[1, [2]]],
            made.tolist(),
            Odd(),
            made.astype(complex),
            {},
        ]
    )


def floats(found: Any, shape: tuple[int, ...], low: float = -np.inf, high: float = np.inf) -> str | None:
    """What is wrong with an array that was promised."""
    if not isinstance(found, np.ndarray) or found.dtype.kind != "f" or found.shape[1:] != shape or not len(found):
        return f"gave {type(found).__name__} {getattr(found, 'shape', '')} {getattr(found, 'dtype', '')}"
    return (
        None if np.isfinite(found).all() and found.min() >= low and found.max() <= high else "gave values out of range"
    )


def api(variants: list[Any], verifier: Any, root: Path, rng: random.Random) -> tuple[str, Callable[[], str | None]]:
    """A call -> what it is, and a function that makes it and says what is wrong with what it gave."""
    variant = rng.choice(variants)
    x, z, n, seed, label = (
        images(variant.shape, rng),
        codes(variant.code, rng),
        rng.choice(NUMBERS),
        rng.choice(NUMBERS),
        rng.choice(LABELS),
    )
    if isinstance(n, int) and not isinstance(n, bool) and n > 10_000 and n <= 1_000_000:
        n = 100
    pixels = variant.shape
    made = {
        "sample": lambda: floats(variant.sample(n, seed, label), pixels, 0, 1),
        "sample of three": lambda: floats(variant.sample(3, seed, label), pixels, 0, 1),
        "draw": lambda: floats(variant.draw(n, seed), (variant.code,)),
        "encode": lambda: floats(variant.encode(x), (variant.code,)),
        "decode": lambda: floats(variant.decode(z), pixels, 0, 1),
        "reconstruct": lambda: floats(variant.reconstruct(x), pixels, 0, 1),
        "log_prob": lambda: floats(variant.log_prob(x, 3, seed), ()),
        "log_prob of draws": lambda: floats(variant.log_prob(np.zeros((1, *pixels), np.uint8), n, 0), ()),
        "anomaly_score": lambda: floats(variant.anomaly_score(x), (), 0, 2.001),
        "anomaly_percentile": lambda: floats(variant.anomaly_percentile(x), (), 0, 100),
        "as_seen": lambda: None if variant.as_seen(x).dtype == np.uint8 else "gave no bytes",
        "read": lambda: floats(verifier.read(x)[1], (), 0, 1.001),
        "recognises": lambda: None if verifier.recognises(x).dtype == bool else "gave no truth",
        "threshold_of": lambda: None if 0 <= verifier.threshold_of(x) <= 1 else "gave no share",
        "load": lambda: None if digitforge.load(rng.choice(KEYS), root) else "gave nothing",
        "champion": lambda: None if digitforge.champion(rng.choice(KEYS), root) else "gave nothing",
    }
    name = rng.choice([*made])
    given = {"x": x, "z": z, "n": n, "seed": seed, "label": label}
    said = ", ".join(f"{key}={described(value)}" for key, value in given.items())
    return f"{variant.key} {name}({said})", made[name]


def described(value: Any) -> str:
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else repr(value)[:40]


def line(keys: list[str], folder: Path, rng: random.Random) -> list[str]:
    """A command line."""
    word = lambda: rng.choice(  # noqa: E731
        [
            *keys,
            *keys,
            "digit.png",
            "digit.png",
            "many",
            "broken.png",
            "nowhere",
            "",
            "-",
            "--",
            "-n",
            "-1",
            "1e9",
            "3",
            "ünï",
            "a\nb",
            "out.png",
            "out.npz",
            "out.csv",
            "/proc/self/mem",
            "/dev/null",
            "--seed",
            "--label",
            "7",
            "-o",
            "x" * 300,
            "--background",
            "white",
            "--prepare",
            "ink",
            "page",
            "\udcff.png",
        ]
    )
    key, count = rng.choice([*keys, word()]), rng.choice(["1", "4", "0", "-3", "99999999", "x"])
    sound = [
        ["variants"],
        ["sample", key, "-n", count, "-o", rng.choice(["a.png", "a.npz", "a.jpg", "no/a.png", "many"])],
        ["sample", key, "-n", "2", "--seed", rng.choice(["1", "-1", str(2**40), "1.5", ""]), "-o", "a.png"],
        ["sample", key, "-n", "2", "--label", rng.choice(["7", "x", "", "-1"]), "-o", "a.png"],
        ["reconstruct", key, word(), word(), "-o", "b.png"],
        ["score", key, word()],
        ["score", word(), word(), "-o", rng.choice(["c.csv", "c.txt", "/nowhere/c.csv"])],
        ["prepare", word(), "-o", rng.choice(["out", "many", "no/out", ""])],
        [word() for _ in range(rng.randrange(6))],
    ]
    made = rng.choice(sound)
    return made if rng.random() < 0.7 else [*made, word()]


def wrong_of_line(words: list[str]) -> str | None:
    """Run a command line -> what is wrong with how it ended."""
    out, error = io.StringIO(), io.StringIO()
    code: Any = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(error):
        patch.setattr(sys, "argv", ["digitforge", *words])
        try:
            command.main()
        except SystemExit as ended:
            code = ended.code or 0
    said = error.getvalue()
    if code == 0:
        return None
    errors = [one for one in said.splitlines() if "error: " in one]
    if code != 2 or len(errors) != 1 or "Traceback" in said:
        return f"exit code {code}: {said[-300:]!r}"
    # argparse says how it is used beforehand, and one line is what is wrong
    return one_line(errors[0], 700)


def material(folder: Path) -> None:
    """Files for command lines to be about."""
    (folder / "many").mkdir()
    for place in ("digit.png", "many/a.png", "many/b.png"):
        Image.fromarray(np.pad(np.full((12, 4), 255, np.uint8), ((8, 8), (12, 12)))).save(folder / place)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")


def run(count: int, start: int, base: Any) -> Outcome:
    """Two of three calls are of the API, one is a command line. base: has `root`, the folder of a trained project."""
    outcome = Outcome("calls", SURVIVAL)
    progress = Progress(outcome.name, count)
    root = base.root
    keys = digitforge.variants(root)
    variants, verifier = [digitforge.load(key, root) for key in keys], digitforge.verifier(root)
    for i in range(count):
        rng = random.Random(f"{start}-calls-{i}")
        if i % 3:
            said, act = api(variants, verifier, root, rng)
            outcome.inject(f"call {i} of seed {start} ({said})", wrong_of_call, act)
            progress.step()
            continue
        with tempfile.TemporaryDirectory() as place, chdir(place), pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, str(root))
            material(Path(place))
            words = line(keys, Path(place), rng)
            outcome.inject(f"call {i} of seed {start} (digitforge {words})", wrong_of_line, words)
        progress.step()
    return outcome


def wrong_of_call(act: Callable[[], str | None]) -> str | None:
    """Make a call -> what is wrong with how it ended."""
    try:
        return act()
    except UserError as error:
        return one_line(str(error))
