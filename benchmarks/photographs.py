"""Digits of the test split, drawn as photographs, prepared and read: python -m benchmarks.photographs COUNT.

Reads what `make repro` left of MNIST and prints a Markdown table. COUNT digits for each light and scale are drawn by
the code that the tests draw with.
"""

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.preparation import Preparation, prepared
from digitforge.errors import UserError, argument, user_errors
from digitforge.models.verifiers import load
from tests.data import photographs

SCALES = (2, 6, 12)  # a digit of 28 pixels becomes one of 56, 168 or 336
PREPARATION = Preparation("white", "ink")


def shares_read(count: int, light: str, scale: int) -> tuple[float, float]:
    """The shares of `count` digits that the plain verifier reads right as photographs, and as they are."""
    data = Dataset.read(Mode.parse("mono-float-complete"), "x_test", "y_test")
    rng = np.random.default_rng([scale, photographs.LIGHTS.index(light)])
    chosen = rng.choice(len(data["x_test"]), count, replace=False)
    digits, labels = data["x_test"][chosen], data["y_test"][chosen]
    pictures = [photographs.photographed(photographs.drawn(digit[..., 0], scale), light, rng) for digit in digits]
    seen = np.concatenate([prepared(picture, PREPARATION) for picture in pictures])[..., :1]
    verifier = load(files.VERIFIER / "plain")
    right = [(verifier.read(images)[0][:, 0].argmax(axis=1) == labels).mean() for images in (seen, digits)]
    return float(right[0]), float(right[1])


def main(count: str) -> None:
    """Print a row for each light and scale, and their mean."""
    if not (count.isdecimal() and 1 <= int(count) <= 10_000):
        raise UserError(f"COUNT: received {count}; accepted: 1 to 10000")
    cases = [(light, scale) for light in photographs.LIGHTS for scale in SCALES]
    print("| light | enlarged | read right | the digits themselves |\n|:--|--:|--:|--:|")
    found = []
    for light, scale in cases:
        found.append(shares_read(int(count), light, scale))
        print(f"| {light} | {scale} | {found[-1][0]:.1%} | {found[-1][1]:.1%} |", flush=True)
    photographed, clean = np.mean(found, axis=0)
    print(f"| all | | {photographed:.2%} | {clean:.2%} |")


if __name__ == "__main__":
    with user_errors():
        main(argument("how many digits to draw for each light and scale"))
