"""Codes as a hand moves them: how far each coordinate reaches, which matter most, and the way between two."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

REACH = (1, 99)  # percentiles of the codes that a slider goes from and to
BASES = 4  # codes that a coordinate's effect is tried on


class Axes(NamedTuple):
    """What sliders need: `order` [D], the coordinates to move, most active first; `low` and `high` [code]."""

    order: np.ndarray
    low: np.ndarray
    high: np.ndarray


def reach(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 1st and 99th percentile of each coordinate of codes [N, code]; one around it where it never changes."""
    low, high = np.percentile(codes, REACH, axis=0)
    constant = high - low < 1e-6
    return low - constant, high + constant


def activity(codes: np.ndarray, decode: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Mean squared change of the decoded image, as each coordinate goes from its least to its most -> [code].

    Tried on four of the codes [N, code]. The spread of a coordinate says nothing here: a VAE's idle ones follow the
    prior like the others.
    """
    low, high = reach(codes)
    bases = codes[np.linspace(0, len(codes) - 1, BASES).astype(int)]
    ends = []
    for end in (low, high):
        moved = np.repeat(bases[:, None], codes.shape[1], axis=1)  # [bases, code moved, code]
        np.einsum("bii->bi", moved)[...] = end
        ends.append(decode(moved.reshape(-1, codes.shape[1]).astype(np.float32)))
    change = np.square(ends[1] - ends[0]).reshape(BASES, codes.shape[1], -1)
    return change.mean(axis=(0, 2))


def axes(codes: np.ndarray, decode: Callable[[np.ndarray], np.ndarray], labels: int) -> Axes:
    """Sliders for codes like [N, code], of which the first `labels` coordinates are a label and no slider's."""
    order = labels + np.argsort(-activity(codes, decode)[labels:], kind="stable")
    return Axes(order, *reach(codes))


def with_label(code: np.ndarray, label: int | None, labels: int) -> np.ndarray:
    """A code [code] whose first `labels` coordinates say `label`; as it is without one."""
    if label is None:
        return code
    return np.concatenate([np.eye(labels, dtype=code.dtype)[label], code[labels:]])


def between(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Codes on the straight line from one [code] to another, both included -> [steps, code]."""
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return (1 - share) * start + share * end
