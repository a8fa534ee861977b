"""What a verifier with the answer "no digit" learns from: digits, and images that are none."""

from collections.abc import Sequence

import numpy as np

from digitforge.data.nondigits.kinds import KINDS, make
from digitforge.data.raw import SourceFacts
from digitforge.data.subsets import FEWEST, spread

HELD_OUT = 5_000  # training images that are kept for the threshold, at most a twelfth of all


def held_out(count: int, *, wanted: bool) -> np.ndarray:
    """Which of `count` training images are kept for the threshold, if any -> [count] bool, evenly spread."""
    found = np.zeros(count, bool)
    found[spread(count, max(1, min(HELD_OUT, count // 12)) if wanted else 0)] = True
    return found


def refusable(kinds: Sequence[str], source: SourceFacts, count: int) -> list[str]:
    """Those of the kinds that are no images of the source, by `count` training images; none, if these are too few.

    Where the classes are a folder's, a turned or mirrored image may still show one, and kinds that spoil some digits
    alone say nothing.
    """
    if count < FEWEST:
        return []
    return [name for name in kinds if not source.classes or (KINDS[name].of is None and not KINDS[name].oriented)]


def exposed(
    images: np.ndarray, labels: np.ndarray, kinds: Sequence[str], per_digit: float, seed: int, none: int = 10
) -> tuple[np.ndarray, np.ndarray]:
    """Digits, then non-digits, as many of each kind. images: [N, H, W, 1] uint8, labels: [N] -> the same of more.

    There are `per_digit` non-digits for each digit, with the label `none`: one more than the digits have.
    """
    each, rng = round(per_digit * len(images) / len(kinds)), np.random.default_rng([seed, none])
    strange = np.concatenate([make(name, images[..., 0], labels, each, rng) for name in kinds])[..., None]
    of_strange = np.full(len(strange), none, labels.dtype)
    return np.concatenate([images, strange]), np.concatenate([labels, of_strange])
