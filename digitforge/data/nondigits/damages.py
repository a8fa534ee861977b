"""Non-digits made of one digit each. digits: [N, H, W] float32 in [0, 1], labels [N] -> [N, H, W]."""

import numpy as np

from digitforge.data.nondigits.geometry import from_center, sampled_at, smooth_noise


def blocks_shuffled(digits: np.ndarray, rng: np.random.Generator, across: int) -> np.ndarray:
    """`across` x `across` blocks of each image, in another order; no order is the old one."""
    count, height, width = digits.shape
    blocks = digits.reshape(count, across, height // across, across, width // across)
    blocks = blocks.transpose(0, 1, 3, 2, 4).reshape(count, across**2, height // across, width // across)
    order = rng.permuted(np.tile(np.arange(across**2), (count, 1)), axis=1)
    same = np.all(order == np.arange(across**2), axis=1)
    order[same] = order[same, ::-1]
    mixed = np.take_along_axis(blocks, order[:, :, None, None], axis=1)
    mixed = mixed.reshape(count, across, across, height // across, width // across)
    return mixed.transpose(0, 1, 3, 2, 4).reshape(digits.shape)


def quarters_shuffled(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The four quarters in another order."""
    return blocks_shuffled(digits, rng, 2)


def tiles_shuffled(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sixteen tiles in another order."""
    return blocks_shuffled(digits, rng, 4)


def pixels_shuffled(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """All pixels in another order."""
    return rng.permuted(digits.reshape(len(digits), -1), axis=1).reshape(digits.shape)


def band_erased(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A band through the middle erased, level or upright, 6 to 10 pixels wide."""
    rows, columns = from_center(digits.shape)
    half, shift = rng.uniform(3, 5, (len(digits), 1, 1)), rng.uniform(-2, 2, (len(digits), 1, 1))
    across = np.where(rng.random((len(digits), 1, 1)) < 0.5, rows, columns)
    return np.where(np.abs(across - shift) < half, 0, digits)


def half_erased(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One half erased: the top, the bottom, the left or the right."""
    rows, columns = from_center(digits.shape)
    angle = rng.integers(0, 4, (len(digits), 1, 1)) * np.pi / 2
    return np.where(np.cos(angle) * rows + np.sin(angle) * columns < rng.uniform(-2, 1, angle.shape), digits, 0)


def boxes_erased(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three boxes of 7 to 9 pixels erased, near lit pixels."""
    rows, columns = from_center(digits.shape)
    found = digits
    for _ in range(3):
        center, half = rng.uniform(-7, 7, (2, len(digits), 1, 1)), rng.uniform(3.5, 4.5, (len(digits), 1, 1))
        inside = (np.abs(rows - center[0]) < half) & (np.abs(columns - center[1]) < half)
        found = np.where(inside, 0, found)
    return found


def shredded(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Most of the strokes erased, in smooth patches: crumbs are left."""
    return np.where(smooth_noise(digits.shape, 1.2, rng) > 0.35, digits, 0)


def rows_jittered(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each row shifted by itself, by up to 6 pixels."""
    shifts = rng.integers(-6, 7, digits.shape[:2])
    places = (np.arange(digits.shape[2]) + shifts[:, :, None]) % digits.shape[2]
    return np.take_along_axis(digits, places, axis=2)


def strips_shifted(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Level strips of 4 to 7 pixels, each shifted by 4 to 9 pixels, to the left and to the right in turn."""
    widths, shift = rng.integers(4, 8, (len(digits), 1)), rng.integers(4, 10, (len(digits), 1))
    strips = np.arange(digits.shape[1]) // widths
    places = (np.arange(digits.shape[2]) + (shift * (strips % 2 * 2 - 1) // 2)[:, :, None]) % digits.shape[2]
    return np.take_along_axis(digits, places, axis=2)


def folded(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One half of a digit and its mirror image."""
    half = digits.shape[2] // 2
    left, right = digits[:, :, :half], digits[:, :, half:]
    of_left, of_right = np.concatenate([left, left[:, :, ::-1]], 2), np.concatenate([right[:, :, ::-1], right], 2)
    return np.where(rng.random((len(digits), 1, 1)) < 0.5, of_left, of_right)


def quarter_turned(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turned by 90 degrees, to either side."""
    return np.where(rng.random((len(digits), 1, 1)) < 0.5, np.rot90(digits, 1, (1, 2)), np.rot90(digits, -1, (1, 2)))


def mirrored(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Left and right exchanged."""
    return digits[:, :, ::-1]


def upside_down(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Top and bottom exchanged."""
    return digits[:, ::-1]


def warped(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An elastic warp that moves pixels by 3 to 5 pixels, other ways nearby (Simard 2003, section 2)."""
    rows, columns = from_center(digits.shape)
    shifts = [smooth_noise(digits.shape, 2.5, rng) * rng.uniform(3, 5, (len(digits), 1, 1)) for _ in range(2)]
    return sampled_at(digits, rows + shifts[0], columns + shifts[1])


def swirled(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turned the more, the nearer to the centre: by 2.5 to 5 radians there."""
    rows, columns = from_center(digits.shape)
    turn = rng.uniform(2.5, 5, (len(digits), 1, 1)) * rng.choice([-1, 1], (len(digits), 1, 1))
    angle = turn * np.exp(-(rows**2 + columns**2) / 100)
    sine, cosine = np.sin(angle), np.cos(angle)
    return sampled_at(digits, cosine * rows - sine * columns, sine * rows + cosine * columns)


def waved(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Columns shifted along a sine wave of 8 to 14 pixels, 3 to 5 high."""
    rows, columns = from_center(digits.shape)
    size = (len(digits), 1, 1)
    height, length, phase = rng.uniform(3, 5, size), rng.uniform(8, 14, size), rng.uniform(0, 2 * np.pi, size)
    shift = height * np.sin(2 * np.pi * columns / length + phase)
    return sampled_at(digits, rows + shift, np.broadcast_to(columns, digits.shape))


def enlarged(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A part of a digit, 2.5 to 4 times as large."""
    rows, columns = from_center(digits.shape)
    scale, shift = rng.uniform(2.5, 4, (len(digits), 1, 1)), rng.uniform(-5, 5, (2, len(digits), 1, 1))
    return sampled_at(digits, rows / scale + shift[0] + 0 * columns, columns / scale + shift[1] + 0 * rows)


def blurred(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blurred over 2.5 to 4 pixels, as bright as before at the brightest."""
    from scipy.ndimage import gaussian_filter

    found = np.zeros_like(digits)
    sigma = rng.integers(0, 4, len(digits))
    for i, value in enumerate((2.5, 3.0, 3.5, 4.0)):
        found[sigma == i] = gaussian_filter(digits[sigma == i], (0, value, value))
    top = found.max(axis=(1, 2), keepdims=True)
    return found / np.maximum(top, 1e-6) * digits.max(axis=(1, 2), keepdims=True)


def coarse(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Four by four pixels, each the mean of a seventh of the rows and columns."""
    count, height, width = digits.shape
    means = digits.reshape(count, 4, height // 4, 4, width // 4).mean(axis=(2, 4), keepdims=True)
    return np.broadcast_to(means, (count, 4, height // 4, 4, width // 4)).reshape(digits.shape)


def fattened(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Strokes 8 to 10 pixels wider: a blot."""
    from scipy.ndimage import maximum_filter

    return maximum_filter(digits, (0, 9, 9)) if len(digits) else digits


def noisy(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fifth to a half of all pixels replaced by noise, black or white."""
    share = rng.uniform(0.2, 0.5, (len(digits), 1, 1))
    return np.where(rng.random(digits.shape) < share, rng.integers(0, 2, digits.shape), digits)


def inverted(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Dark on light."""
    return 1 - digits


def phases_scrambled(digits: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The spectrum of a digit with the phases of noise."""
    noise = np.fft.rfft2(rng.standard_normal(digits.shape))
    found = np.fft.irfft2(np.abs(np.fft.rfft2(digits)) * np.exp(1j * np.angle(noise)), s=digits.shape[1:])
    return np.clip(found, 0, 1)
