"""Which images a measurement is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Int, Integer

EXAMINED = 1_000


def spread(count: int, size: int) -> Int[np.ndarray, "positions"]:
    """`size` positions, or all, evenly spread over 0..count - 1: MNIST's test images get harder halfway."""
    return np.linspace(0, count - 1, min(size, count)).round().astype(np.int64)


def examined(kept: Bool[np.ndarray, "N"]) -> Int[np.ndarray, "positions"]:
    """Up to 1,000 of the test images `kept` [N] bool, evenly spread: those that are denoised and compressed."""
    positions = np.flatnonzero(kept)
    return positions[spread(len(positions), EXAMINED)]


def trained_classes(labels: Integer[np.ndarray, "N"], channel_count: int) -> Bool[np.ndarray, "classes"]:
    """Which of the 10^C classes show only digits that are among the training labels [N] -> [10^C] bool.

    A stack counts though it was never drawn itself: its digits were.
    """
    present = np.zeros(10, bool)
    for place in range(channel_count):
        present[labels // 10**place % 10] = True
    classes = np.arange(10**channel_count)
    return np.all([present[classes // 10**place % 10] for place in range(channel_count)], axis=0)
