"""Non-digits made of nothing: noise, strokes, shapes. digits: [N, H, W], of which only the shape counts."""

import numpy as np

from digitforge.data.nondigits.geometry import from_center, smooth_noise


def noise(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Independent pixels of every density, black and white or of every brightness."""
    density = rng.random((len(digits), 1, 1)) ** 1.5
    lit = rng.random(digits.shape) < density
    return np.where(rng.random(density.shape) < 0.5, lit, lit * rng.random(digits.shape))


def blobs(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise over 1 to 4 pixels, cut at a level, with hard or soft edges."""
    found = np.zeros(digits.shape, np.float32)
    sigma = rng.integers(0, 4, len(digits))
    for i, value in enumerate((1.0, 1.7, 2.5, 4.0)):
        found[sigma == i] = smooth_noise((int(np.sum(sigma == i)), *digits.shape[1:]), value, rng)
    level, sharpness = rng.uniform(-0.3, 1.5, (len(digits), 1, 1)), rng.choice([1, 3, 30], (len(digits), 1, 1))
    return np.clip((found - level) * sharpness, 0, 1)


def blank(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Nothing, or next to nothing: up to five lit pixels."""
    places = rng.random(digits.shape)
    count = rng.integers(0, 6, len(digits))
    limit = np.sort(places.reshape(len(digits), -1), axis=1)[np.arange(len(digits)), count]
    return (places < limit[:, None, None]).astype(np.float32)


def constant(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One brightness all over, or a brightness that rises to one side."""
    rows, columns = from_center(digits.shape)
    angle, level = rng.uniform(0, 2 * np.pi, (len(digits), 1, 1)), rng.random((len(digits), 1, 1))
    slope = rng.choice([0, 0.02, 0.06], (len(digits), 1, 1))
    return np.clip(level + slope * (np.cos(angle) * rows + np.sin(angle) * columns), 0, 1)


def gratings(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Parallel stripes, a grid of lines or a chequered plane, of any direction."""
    rows, columns = from_center(digits.shape)
    angle, phase = rng.uniform(0, np.pi, (len(digits), 1, 1)), rng.uniform(0, 2 * np.pi, (2, len(digits), 1, 1))
    rate, kind = 2 * np.pi / rng.uniform(3, 12, (len(digits), 1, 1)), rng.integers(0, 3, (len(digits), 1, 1))
    first = np.sin(rate * (np.cos(angle) * rows + np.sin(angle) * columns) + phase[0])
    second = np.sin(rate * (np.cos(angle) * columns - np.sin(angle) * rows) + phase[1])
    found = np.choose(kind, [first, np.maximum(first, second), first * second])
    return np.clip(0.5 + found * rng.choice([0.5, 5], (len(digits), 1, 1)), 0, 1)


def strokes(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two to four curved strokes as wide as a pen's."""
    return drawn(digits.shape, curves(len(digits), int(rng.integers(2, 5)), rng), rng)


def scribbles(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One long line that wanders about."""
    count, points = len(digits), 60
    speed, turns = 1.2, rng.normal(0, 0.45, (count, points)) + rng.normal(0, 0.12, (count, 1))
    heading = rng.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(turns, axis=1)
    path = np.cumsum(speed * np.stack([np.cos(heading), np.sin(heading)], axis=-1), axis=1)
    path -= path.mean(axis=1, keepdims=True)
    reach = np.abs(path).max(axis=(1, 2), keepdims=True)
    return drawn(digits.shape, path * np.minimum(1, 11 / reach), rng)


def lines(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three to six straight lines, from border to border."""
    count = int(rng.integers(3, 7))
    ends = rng.uniform(-13, 13, (len(digits), count, 2, 2))
    t = np.linspace(0, 1, 40)[:, None]
    path = ends[:, :, :1] * (1 - t) + ends[:, :, 1:] * t
    return drawn(digits.shape, path.reshape(len(digits), -1, 2), rng)


def shapes(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Triangles, squares and five-pointed stars, outlined or full."""
    rows, columns = from_center(digits.shape)
    corners, turn = rng.integers(3, 6, (len(digits), 1, 1)), rng.uniform(0, 2 * np.pi, (len(digits), 1, 1))
    radius, squeeze = rng.uniform(5, 10, turn.shape), rng.uniform(0.6, 1, turn.shape)
    across = columns / squeeze
    angle = np.abs((np.arctan2(rows, across) + turn) % (2 * np.pi / corners) - np.pi / corners)
    angle += np.where(corners == 5, 0.6, 0)  # a side that leans to the centre makes a point of each corner
    distance = np.hypot(rows, across) * np.cos(angle)
    full, width = rng.random(turn.shape) < 0.3, rng.uniform(1, 2, turn.shape)
    edge = np.where(full, distance - radius, np.abs(distance - radius) - width)
    return np.clip(0.5 - edge, 0, 1)


def curves(count: int, each: int, rng: np.random.Generator) -> np.ndarray:
    """`each` Bezier curves of the second degree in every image -> points [count, each * 24, 2] from the centre."""
    ends = rng.uniform(-10, 10, (count, each, 3, 1, 2))
    t = np.linspace(0, 1, 24)[:, None]
    path = (1 - t) ** 2 * ends[:, :, 0] + 2 * t * (1 - t) * ends[:, :, 1] + t**2 * ends[:, :, 2]
    return path.reshape(count, -1, 2)


def drawn(shape: tuple[int, ...], path: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a pen leaves that touches every point: path [N, P, 2], rows and columns from the centre -> [N, H, W]."""
    rows, columns = from_center(shape)
    found = np.full(shape, np.inf, np.float32)
    for point in range(path.shape[1]):
        r, c = path[:, point, 0, None, None], path[:, point, 1, None, None]
        found = np.minimum(found, (rows - r) ** 2 + (columns - c) ** 2)
    width = rng.uniform(0.8, 1.8, (shape[0], 1, 1))
    return np.clip(width + 0.5 - np.sqrt(found), 0, 1)
