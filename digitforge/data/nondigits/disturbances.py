"""Real digits, disturbed more and more: a distance between images must grow with each (Heusel 2017, figure 3)."""

from collections.abc import Callable

import numpy as np

from digitforge.data.nondigits.geometry import from_center, sampled_at
from digitforge.data.nondigits.mixtures import left_by_right

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)

Disturb = Callable[[np.ndarray, np.ndarray, np.random.Generator, float], np.ndarray]


def noise(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Up to a half of the pixels replaced by noise."""
    return np.where(rng.random(digits.shape) < strength / 2, rng.random(digits.shape), digits)


def blur(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Blurred over up to 3 pixels."""
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(digits, (0, 3 * strength, 3 * strength))


def erased(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """A level band through the middle erased, up to 10 pixels wide."""
    rows, _ = from_center(digits.shape)
    return np.where(np.abs(rows) < 5 * strength, 0, digits)


def swirl(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Turned the more, the nearer to the centre: by up to 3 radians there."""
    rows, columns = from_center(digits.shape)
    angle = 3 * strength * np.exp(-(rows**2 + columns**2) / 100)
    sine, cosine = (np.broadcast_to(of(angle), digits.shape) for of in (np.sin, np.cos))
    return sampled_at(digits, cosine * rows - sine * columns, sine * rows + cosine * columns)


def chimeras(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Up to all digits made chimeras of two."""
    mixed = rng.random((len(digits), 1, 1)) < strength
    return np.where(mixed, left_by_right(digits, labels, rng), digits)


def faded(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Darker and darker, until nothing is left."""
    return digits * (1 - strength)


def classes_left_out(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Up to eight of the ten classes left out, others in their place."""
    kept = np.flatnonzero(labels < 10 - round(8 * strength))
    return digits[rng.choice(kept, len(digits))]


DISTURBANCES: dict[str, Disturb] = {
    "noise": noise,
    "blur": blur,
    "erased": erased,
    "swirl": swirl,
    "chimeras": chimeras,
    "faded": faded,
    "classes left out": classes_left_out,
}
