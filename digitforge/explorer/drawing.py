"""A drawing or a photograph -> an image as the models take it: 28x28, light ink on black."""

import numpy as np
from PIL import Image, ImageOps

from stages.data.folder import SIZE
from stages.data.stacked import binarize
from stages.pipeline.errors import UserError

INK = 20  # MNIST's digits fit a box of this many pixels
FAINTEST = 48  # of 255: what is darker is background

RULE = (
    "Transparent parts count as white. If the picture's edge is light, light and dark are exchanged: the models know "
    f"light ink on black. Then it is scaled to fit {SIZE}×{SIZE} with its proportions kept, on black. "
    f"**Fit to the ink** first cuts the ink out, scales it to {INK}×{INK} and puts its centre of mass in the middle, "
    "as MNIST's makers did."
)


def is_empty(picture: Image.Image) -> bool:
    """Whether the picture shows nothing but its background."""
    return bool(np.asarray(on_black(picture).convert("L")).max() < FAINTEST)


def on_black(picture: Image.Image) -> Image.Image:
    """The picture in RGB with light ink on black: exchanged if its edge is mostly light."""
    paper = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
    grey = np.asarray(flat.convert("L"))
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return ImageOps.invert(flat) if np.median(edge) > 127 else flat


def fit_to_ink(picture: Image.Image) -> Image.Image:
    """Light ink on black -> the same in a 20x20 box, its centre of mass in the middle (LeCun et al. 1998)."""
    ink = picture.convert("L").point(lambda value: 255 * (value >= FAINTEST)).getbbox()
    small = ImageOps.contain(picture.crop(ink), (INK, INK), Image.Resampling.LANCZOS)
    weight = np.asarray(small.convert("L"), np.float64)
    corner = []
    for size, part in zip(small.size, (weight.sum(axis=0), weight.sum(axis=1)), strict=True):
        mass = np.arange(size) @ part / part.sum()
        # A centre of mass that is far off may not push ink out of the image.
        corner.append(int(np.clip(round((SIZE - 1) / 2 - mass), 0, SIZE - size)))
    canvas = Image.new("RGB", (SIZE, SIZE))
    canvas.paste(small, (corner[0], corner[1]))
    return canvas


def as_models_take(picture: Image.Image, *, channels: int, binary: bool, to_ink: bool) -> np.ndarray:
    """A picture of any size -> [28, 28, channels] uint8 by RULE; a grey one is the same in every channel.

    Raises UserError if there is no ink.
    """
    if is_empty(picture):
        raise UserError("the picture is empty; accepted: a drawn digit, or an uploaded image")
    black = on_black(picture)
    fitted = fit_to_ink(black) if to_ink else ImageOps.pad(black, (SIZE, SIZE), Image.Resampling.LANCZOS, color=0)
    pixels = np.asarray(fitted.convert("RGB" if channels == 3 else "L")).reshape(SIZE, SIZE, channels)
    return binarize(pixels) if binary else pixels
