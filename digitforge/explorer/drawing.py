"""A drawing or a photograph -> an image as the models take it: 28x28, light ink on black."""

import numpy as np
from PIL import Image, ImageOps

from digitforge.data.folder import scaled
from digitforge.data.pixels import SIZE
from digitforge.data.stacked import binarize
from digitforge.errors import UserError

INK = 20  # MNIST's digits fit a box of this many pixels
FAINTEST = 48  # of 255: what is darker is background

RULE = (
    "Transparent parts count as white. If the picture's edge is light, light and dark are exchanged: the models know "
    "light ink on black. (Not so for a picture in colour and a model of colours.) Then the picture is scaled to fit "
    f"{SIZE}×{SIZE} with its proportions kept, on black, as `data.source` does it with a folder of images. "
    f"**Fit to the ink** instead cuts the ink out, scales it to fit {INK}×{INK} and puts its centre of mass in the "
    "middle, as MNIST's makers did. Models of binary images get it thresholded at one half, models of stacks the same "
    "digit in all three channels."
)


def flat(picture: Image.Image) -> Image.Image:
    """The picture in RGB, on white where it is transparent."""
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")


def on_black(picture: Image.Image, *, keep_colours: bool = False) -> Image.Image:
    """The picture in RGB with light ink on black: light and dark exchanged if its edge is mostly light.

    keep_colours: not if it is in colour.
    """
    opaque = flat(picture)
    pixels, grey = np.asarray(opaque), np.asarray(opaque.convert("L"))
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    coloured = bool((pixels.max(axis=2) != pixels.min(axis=2)).any())
    exchanged = np.median(edge) > 127 and not (keep_colours and coloured)
    return ImageOps.invert(opaque) if exchanged else opaque


def is_empty(picture: Image.Image) -> bool:
    """Whether the picture has no ink."""
    return bool(np.asarray(on_black(picture).convert("L")).max() < FAINTEST)


def fit_to_ink(picture: Image.Image) -> Image.Image:
    """Light ink on black -> the same in a 20x20 box, its centre of mass in the middle (LeCun et al. 1998)."""
    ink = picture.convert("L").point(lambda value: 255 * (value >= FAINTEST)).getbbox()
    small = scaled(picture.crop(ink), INK)
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
    black = on_black(picture, keep_colours=channels == 3)
    fitted = fit_to_ink(black) if to_ink else ImageOps.pad(scaled(black, SIZE), (SIZE, SIZE), color=0)
    pixels = np.asarray(fitted.convert("RGB" if channels == 3 else "L")).reshape(SIZE, SIZE, channels)
    return binarize(pixels) if binary else pixels
