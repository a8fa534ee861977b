"""Non-digits made of two digits or more. digits: [N, H, W] float32 in [0, 1], labels [N] -> [N, H, W]."""

import numpy as np

from digitforge.data.nondigits.geometry import from_center, halved, stripes_of


def others(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For each image the position of one of another class: labels [N] -> [N]; any position, if there is one class."""
    found = rng.integers(len(labels), size=len(labels))
    if len(np.unique(labels)) == 1:
        return found
    while np.any(same := labels[found] == labels):
        found[same] = rng.integers(len(labels), size=same.sum())
    return found


def overlaid(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One digit on another."""
    return np.maximum(digits, digits[others(labels, rng)])


def averaged(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mean of two digits, pixel by pixel."""
    return (digits + digits[others(labels, rng)]) / 2


def cut(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, angles: np.ndarray) -> np.ndarray:
    """A digit on one side of a straight cut near the centre, another one on its other side.

    angles: [N] radians of the cut's normal, from the rows' axis.
    """
    rows, columns = from_center(digits.shape)
    offsets = rng.uniform(-2, 2, (len(digits), 1, 1))
    one_side = np.cos(angles)[:, None, None] * rows + np.sin(angles)[:, None, None] * columns < offsets
    return np.where(one_side, digits, digits[others(labels, rng)])


def top_on_bottom(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The top of one digit on the bottom of another."""
    return cut(digits, labels, rng, np.zeros(len(digits)))


def left_by_right(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The left of one digit beside the right of another."""
    return cut(digits, labels, rng, np.full(len(digits), np.pi / 2))


def diagonal_halves(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits that meet at a diagonal."""
    return cut(digits, labels, rng, rng.choice([1, 3, 5, 7], len(digits)) * np.pi / 4)


def four_quarters(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A quarter each of four digits, in its place."""
    rows, columns = (axis >= 0 for axis in from_center(digits.shape))
    parts = [digits, *(digits[rng.permutation(len(digits))] for _ in range(3))]
    top, bottom = np.where(columns, parts[0], parts[1]), np.where(columns, parts[2], parts[3])
    return np.where(rows, bottom, top)


def chequered(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits in turn, square by square of 4 to 7 pixels."""
    rows, columns = (stripes_of(digits.shape, axis, rng.integers(4, 8, len(digits)), rng) for axis in (1, 2))
    return np.where(rows ^ columns, digits, digits[others(labels, rng)])


def interlaced(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits in turn, stripe by stripe of 2 to 6 pixels, level or upright."""
    widths, upright = rng.integers(2, 7, len(digits)), rng.random((len(digits), 1, 1)) < 0.5
    level, standing = (stripes_of(digits.shape, axis, widths, rng) for axis in (1, 2))
    return np.where(np.where(upright, standing, level), digits, digits[others(labels, rng)])


def patched(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit whose middle, a rectangle, is another's, turned by a half."""
    height, width = digits.shape[1:]
    rows, columns = from_center(digits.shape)
    size, shift = rng.uniform(0.18, 0.3, (2, len(digits), 1, 1)), rng.uniform(-0.12, 0.12, (2, len(digits), 1, 1))
    inside = (np.abs(rows - shift[0] * height) < size[0] * height) & (
        np.abs(columns - shift[1] * width) < size[1] * width
    )
    return np.where(inside, digits[others(labels, rng), ::-1, ::-1], digits)


def side_by_side(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits side by side, or one above the other, each squeezed to half of the image."""
    partner = digits[others(labels, rng)]
    upright = rng.random((len(digits), 1, 1)) < 0.5
    beside = np.concatenate([halved(digits, 2), halved(partner, 2)], axis=2)
    above = np.concatenate([halved(digits, 1), halved(partner, 1)], axis=1)
    return np.where(upright, above, beside)


def four_small(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Four digits of half the size."""
    parts = [digits, *(digits[rng.permutation(len(digits))] for _ in range(3))]
    small = [halved(halved(part, 1), 2) for part in parts]
    return np.concatenate([np.concatenate(small[:2], axis=2), np.concatenate(small[2:], axis=2)], axis=1)
