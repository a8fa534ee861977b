"""A drawing or an upload -> an image as the models take it, and the steps to it."""

from dataclasses import replace
from typing import Any

import numpy as np

from digitforge.data.preparation import Step, has_ink, images_and_steps
from digitforge.data.stacked import binarize, in_channels
from digitforge.errors import UserError
from digitforge.variant import Variant

RULE = (
    "An upload is prepared as the training images were (`data.background` and `data.prepare` in `params.yaml`). Of a "
    "known data set like MNIST they came prepared. Then the picture's edge decides: if it is light, light and dark are "
    "exchanged, as the models know light ink on black; a grey picture of 28×28 pixels is taken as it is. What you draw "
    "here is dark ink on white paper.\n\n"
    "**Fit to the ink** finds the ink under any light, cuts it out, thickens strokes that are thin, scales it to fit "
    "20×20 and puts its centre of mass in the middle, as MNIST's makers did. Without it the whole picture is scaled to "
    "fit 28×28 with its proportions kept. Models of binary images get it thresholded at one half, models of stacks the "
    "same digit in all three channels."
)


def is_empty(drawn: dict[str, Any] | None) -> bool:
    """Whether the editor shows nothing but one shade."""
    if drawn is None or drawn["composite"] is None:
        return True
    return all(low == high for low, high in drawn["composite"].convert("RGBA").getextrema())


def is_drawn(drawn: dict[str, Any]) -> bool:
    """Whether what the editor shows was drawn on its white paper, and not uploaded."""
    background = drawn.get("background")
    if background is None:
        return True
    *colours, opaque = background.convert("RGBA").getextrema()
    return opaque == (0, 0) or set(colours) == {(255, 255)}


def as_models_take(drawn: dict[str, Any], variant: Variant, *, to_ink: bool) -> tuple[np.ndarray, list[Step]]:
    """What the editor shows -> [28, 28, C] uint8 by RULE, and the steps to it.

    Raises UserError if nothing is left of it.
    """
    how = variant.preparation
    how = replace(how, background="white") if is_drawn(drawn) else how
    how = replace(how, fit="ink" if to_ink else "frame")
    images, steps = images_and_steps(drawn["composite"].convert("RGBA"), how)
    if not has_ink(images)[0]:
        raise UserError("the picture is empty; accepted: a drawn digit, or an uploaded image")
    pixels = in_channels(images[:1], variant.data)[0]
    return (binarize(pixels) if variant.binary else pixels), steps
