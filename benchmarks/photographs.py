"""Digits of the test split, drawn as photographs, prepared and read by the plain verifier.

Reads what `make repro` left of MNIST. They are drawn by the code that the tests draw with.
"""

import json
import sys

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.preparation import Preparation, prepared
from digitforge.models.verifiers import load
from tests.data import photographs

COUNT = 120  # digits of each light and scale
SCALES = (2, 6, 12)  # a digit of 28 pixels becomes one of 56, 168 or 336
PREPARATION = Preparation("white", "ink")


def shares_read(light: str, scale: int) -> dict[str, float]:
    """The shares of digits that are read right as photographs, and as they are."""
    data = Dataset.read(Mode.parse("mono-float-complete"), "x_test", "y_test")
    rng = np.random.default_rng([scale, photographs.LIGHTS.index(light)])
    chosen = rng.choice(len(data["x_test"]), COUNT, replace=False)
    digits, labels = data["x_test"][chosen], data["y_test"][chosen]
    pictures = [photographs.photographed(photographs.drawn(digit[..., 0], scale), light, rng) for digit in digits]
    seen = np.concatenate([prepared(picture, PREPARATION) for picture in pictures])[..., :1]
    verifier = load(files.VERIFIER / "plain")
    kinds = {"photographed": seen, "themselves": digits}
    return {
        kind: float((verifier.read(images)[0][:, 0].argmax(axis=1) == labels).mean()) for kind, images in kinds.items()
    }


def main() -> None:
    """Print {count, cases: [{light, scale, photographed, themselves}]}."""
    cases = []
    for light in photographs.LIGHTS:
        for scale in SCALES:
            cases.append({"light": light, "scale": scale} | shares_read(light, scale))
            print(cases[-1], file=sys.stderr)
    print(json.dumps({"count": COUNT, "cases": cases}))


if __name__ == "__main__":
    main()
