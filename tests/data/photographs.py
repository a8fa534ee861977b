"""Images as people have them, made here: digits drawn on paper and photographed, alone or a page of them."""

import numpy as np
from PIL import Image
from scipy import ndimage

LIGHTS = ("even", "slanted", "shadow")
PAPER = (1.0, 0.97, 0.9)  # it is a little yellow


def light(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """How bright each pixel of the paper is: all alike, ever less to one side, or a shadow over a part of it."""
    y, x = np.mgrid[: shape[0], : shape[1]] / max(shape)
    angle = rng.uniform(0, 2 * np.pi)
    across = np.cos(angle) * (x - x.mean()) + np.sin(angle) * (y - y.mean())
    if kind == "even":
        return np.full(shape, 0.92)
    if kind == "slanted":
        return 0.35 + 0.6 * (across - across.min()) / np.ptp(across)
    return 0.9 - 0.45 / (1 + np.exp(-(across - rng.uniform(-0.2, 0.2)) / 0.02))


def photographed(
    ink: np.ndarray, kind: str, rng: np.random.Generator, colour: tuple[int, int, int] = (0, 0, 0)
) -> Image.Image:
    """Ink [H, W] in 0..1, in a colour on paper of some texture -> a picture in RGBA."""
    texture = 0.03 * ndimage.gaussian_filter(rng.normal(size=ink.shape), 1.5) + 0.015 * rng.normal(size=ink.shape)
    pixels = np.empty((*ink.shape, 3))
    for channel in range(3):
        strength = 0.8 * (1 - colour[channel] / 255)
        pixels[..., channel] = PAPER[channel] * (0.93 + texture) * (1 - ink * strength) * light_of(kind, ink.shape, rng)
    return Image.fromarray(np.clip(255 * pixels, 0, 255).astype(np.uint8)).convert("RGBA")


def light_of(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """The same light for all channels of a picture."""
    state = rng.bit_generator.state
    found = light(kind, shape, rng)
    rng.bit_generator.state = state
    return found


def drawn(digit: np.ndarray, scale: int, margin: int = 8) -> np.ndarray:
    """A digit [28, 28] uint8 as ink [H, W] in 0..1, enlarged, with a margin of paper."""
    side = scale * (28 + 2 * margin)
    picture = Image.fromarray(np.pad(digit, margin)).resize((side, side), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(picture, float) / 255, 0, 1)


def page(
    digits: np.ndarray, rng: np.random.Generator, columns: int = 8, cell: int = 90, degrees: float = 0.0
) -> np.ndarray:
    """Digits [N, 28, 28] uint8 line by line on a page that is turned clockwise -> ink [H, W] in 0..1."""
    rows = -(-len(digits) // columns)
    ink = np.zeros((rows * cell + 160, columns * cell + 160))
    for i, digit in enumerate(digits):
        size = int(rng.integers(62, 84))
        one = np.asarray(Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC), float) / 255
        top, left = 80 + i // columns * cell + rng.integers(-8, 9), 80 + i % columns * cell + rng.integers(-8, 9)
        place = ink[top : top + size, left : left + size]
        np.maximum(place, one, out=place)
    turned = Image.fromarray((255 * np.clip(ink, 0, 1)).astype(np.uint8))
    return np.asarray(turned.rotate(-degrees, Image.Resampling.BICUBIC, expand=True), float) / 255
