"""Which images a measurement is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitforge.data.stacked import shown

if TYPE_CHECKING:
    from jaxtyping import Bool, Int, Integer

EXAMINED = 1_000
FEWEST = 1_000  # training images: fewer don't show what a digit is well enough to refuse anything
OF_EACH = 10  # images of different classes that are shown side by side


def spread(count: int, size: int) -> Int[np.ndarray, "positions"]:
    """`size` positions, or all, evenly spread over 0..count - 1: MNIST's test images get harder halfway."""
    return np.linspace(0, count - 1, min(size, count)).round().astype(np.int64)


def examined(kept: Bool[np.ndarray, "N"]) -> Int[np.ndarray, "positions"]:
    """Up to 1,000 of the test images `kept` [N] bool, evenly spread: those that are denoised and compressed."""
    positions = np.flatnonzero(kept)
    return positions[spread(len(positions), EXAMINED)]


def trained_classes(
    labels: Integer[np.ndarray, "N"], digits_per_image: int, class_count: int = 10
) -> Bool[np.ndarray, "classes"]:
    """Which classes show only what is among the training labels [N] -> [class_count], or of stacks [1000], bool.

    A stack counts though it was never drawn itself: its digits were.
    """
    present = np.zeros(max(class_count, 10) if digits_per_image > 1 else class_count, bool)
    present[shown(labels, digits_per_image)] = True
    if digits_per_image == 1:
        return present
    return present[shown(np.arange(10**digits_per_image), digits_per_image)].all(axis=1)


def one_of_each(labels: Integer[np.ndarray, "N"], digits_per_image: int) -> Int[np.ndarray, "positions"]:
    """Positions of the first image of each class (of stacks: of each ones' digit), of many classes ten, evenly spread.

    labels: [N] -> at most 10.
    """
    firsts = np.unique(shown(labels, digits_per_image)[:, 0], return_index=True)[1]
    return firsts[spread(len(firsts), OF_EACH)]
