"""Which images a measurement is of."""

from collections.abc import Mapping

import numpy as np

from digitforge.data.stacked import has_digit

EXAMINED = 1_000


def known(data: Mapping[str, np.ndarray], mode: str, missing_digit: int) -> np.ndarray:
    """Which test images show only digits that a model of data mode `mode` was trained on -> [N] bool.

    data: of stage `stack`, of which y_test [N] and digits_test [N, 1 or 3] are looked at.
    """
    labels, shown = data["y_test"], data["digits_test"].shape[1]
    return ~has_digit(labels, missing_digit, shown) if "missing" in mode else np.full(len(labels), True)


def spread(count: int, size: int) -> np.ndarray:
    """`size` positions, or all, evenly spread over 0..count - 1: MNIST's test images get harder halfway."""
    return np.linspace(0, count - 1, min(size, count)).round().astype(np.int64)


def examined(kept: np.ndarray) -> np.ndarray:
    """Up to 1,000 of the test images `kept` [N] bool, evenly spread: those that are denoised and compressed."""
    positions = np.flatnonzero(kept)
    return positions[spread(len(positions), EXAMINED)]


def trained_classes(labels: np.ndarray, channel_count: int) -> np.ndarray:
    """Which of the 10^C classes show only digits that are among the training labels [N] -> [10^C] bool.

    A stack counts though it was never drawn itself: its digits were.
    """
    present = np.zeros(10, bool)
    for place in range(channel_count):
        present[labels // 10**place % 10] = True
    classes = np.arange(10**channel_count)
    return np.all([present[classes // 10**place % 10] for place in range(channel_count)], axis=0)
