"""How a picture of any size becomes an image as models take it: 28 x 28, light on black. Every entry comes here.

Entries are stage `download`, the command line, the explorer and the served model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from PIL import Image, ImageOps

from digitforge.data.pixels import SIZE
from digitforge.errors import UserError

Background = Literal["black", "white", "auto"]
Fit = Literal["frame", "ink", "page"]
BACKGROUNDS, FITS = get_args(Background), get_args(Fit)
LIGHT = 128  # of 255
NOTHING = np.zeros((1, SIZE, SIZE, 3), np.uint8)
FAINTEST = 48  # of 255: a picture that is nowhere lighter has no ink


@dataclass(frozen=True)
class Preparation:
    """What is done to each picture.

    background: what the picture is on. `black`: it is kept, and what is transparent becomes black. `white`: what is
    transparent becomes white, then light and dark are exchanged. `auto`: whichever the picture's edge shows; a grey
    picture of 28 x 28 pixels is kept as it is.
    fit: `frame` scales the whole picture to fit 28 x 28 with its proportions kept, on black. `ink` cuts the ink out
    under any light, scales it to fit 20 x 20 and puts its centre of mass in the middle, as MNIST's makers did. `page`
    does so with every digit on a page.
    """

    background: Background = "auto"
    fit: Fit = "frame"

    def __post_init__(self) -> None:
        for name, value, accepted in (("background", self.background, BACKGROUNDS), ("fit", self.fit, FITS)):
            if value not in accepted:
                raise UserError(f"{name}: received {value!r}; accepted: {', '.join(accepted)}")


@dataclass(frozen=True)
class Step:
    """A picture on its way: what has just been done to it, and what it looks like now, in RGB or grey."""

    done: str
    picture: Image.Image


def prepared(picture: Image.Image, how: Preparation) -> np.ndarray:
    """A picture in RGBA -> images [N, 28, 28, 3] uint8, light on black; N is 1 except of a page."""
    return images_and_steps(picture, how)[0]


def images_and_steps(picture: Image.Image, how: Preparation) -> tuple[np.ndarray, list[Step]]:
    """What `prepared` gives, and a picture of each step to it."""
    light = on_black(picture, how.background)
    steps = [Step("as it came", picture), Step("light on black", light)]
    images, more = FITTED[how.fit](light)
    return images, [*steps, *more]


def on_black(picture: Image.Image, background: Background) -> Image.Image:
    """A picture in RGBA -> in RGB, light on black."""
    if background == "auto":
        background = background_of(picture)
    paper = Image.new("RGBA", picture.size, background)
    opaque = Image.alpha_composite(paper, picture).convert("RGB")
    return ImageOps.invert(opaque) if background == "white" else opaque


def background_of(picture: Image.Image) -> Background:
    """What a picture in RGBA is on, by its edge. What is transparent counts as the opposite of what is visible."""
    pixels = np.asarray(picture)
    if picture.size == (SIZE, SIZE) and (pixels[..., :3] == pixels[..., :1]).all() and (pixels[..., 3] == 255).all():
        return "black"
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if np.median(edge[:, 3]) >= LIGHT:
        return "white" if np.median(edge[:, :3].max(axis=1)) >= LIGHT else "black"
    visible = pixels[pixels[..., 3] >= LIGHT]
    return "white" if len(visible) and visible[:, :3].max(axis=1).mean() < LIGHT else "black"


def is_light(picture: Image.Image) -> bool:
    """Whether most of a picture in RGB is light, as paper is, and not the black that models know."""
    small = picture.reduce(max(1, min(picture.size) // 64))
    return bool((np.asarray(small).min(axis=2) >= LIGHT).mean() > 0.5)


def has_ink(images: np.ndarray) -> np.ndarray:
    """Which images [N, H, W, C] uint8 show anything on their black -> [N] bool."""
    return images.reshape(len(images), -1).max(axis=1) >= FAINTEST


Fitted = tuple[np.ndarray, list[Step]]


def in_frame(light: Image.Image) -> Fitted:
    """The whole picture."""
    image = np.asarray(ImageOps.pad(scaled(light, SIZE), (SIZE, SIZE), color=0))
    return image[None], [Step(f"scaled to {SIZE} × {SIZE}", Image.fromarray(image))]


def to_ink(light: Image.Image) -> Fitted:
    """Its ink alone; a blank image without any."""
    from digitforge.data import handwriting  # scikit-image takes its time, and few need it

    ink, mask = handwriting.found(light)
    steps = [Step("ink", grey(ink))]
    if not mask.any():
        return NOTHING, steps
    image = handwriting.as_digit(ink, mask)
    return in_three(image[None]), [*steps, Step(f"centred in {SIZE} × {SIZE}", Image.fromarray(image))]


def from_page(light: Image.Image) -> Fitted:
    """Each digit of a page, line by line; one blank image where there is none."""
    from digitforge.data import handwriting, pages

    straight, digits = pages.cut(light)
    steps = [Step(f"{len(digits)} found", pages.marked(straight, digits))]
    if not digits:
        return NOTHING, steps
    return in_three(np.stack([handwriting.as_digit(digit.ink, digit.mask) for digit in digits])), steps


FITTED: dict[Fit, Callable[[Image.Image], Fitted]] = {"frame": in_frame, "ink": to_ink, "page": from_page}


def scaled(picture: Image.Image, size: int) -> Image.Image:
    """A picture scaled so that its longer side has `size` pixels, and the shorter one at least one."""
    scale = size / max(picture.size)
    width, height = (max(1, round(scale * side)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def grey(ink: np.ndarray) -> Image.Image:
    """Ink [H, W] in 0..1 as a picture."""
    return Image.fromarray(np.rint(255 * ink).astype(np.uint8))


def in_three(images: np.ndarray) -> np.ndarray:
    """Grey images [N, H, W] -> [N, H, W, 3]."""
    return np.repeat(images[..., None], 3, axis=3)
