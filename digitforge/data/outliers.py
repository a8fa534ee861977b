"""Images that no model was trained on, made from those that it was."""

import numpy as np

from digitforge.data.modes import Mode
from digitforge.data.stacked import binarize, in_channels

# name -> function of test images [N, H, W] or [N, H, W, 3] uint8 and a generator -> the same shape
MAKERS = {
    "noise": lambda images, rng: rng.integers(0, 256, images.shape).astype(np.uint8),
    "inverted": lambda images, rng: 255 - images,
    "rotated": lambda images, rng: np.rot90(images, axes=(1, 2)),
}


def in_mode(images: np.ndarray, mode: Mode, *, pictures: bool) -> np.ndarray:
    """Images as a data mode has them: uint8 [N, H, W], or colour pictures [N, H, W, 3] -> [N, H, W, C].

    Where they are no `pictures`, images of three channels are stacks of three neighbours of the list.
    """
    if mode.binary:
        images = binarize(images)
    if pictures:
        return in_channels(images, mode)
    return np.stack([np.roll(images, -shift, axis=0) for shift in range(mode.channel_count)], axis=-1)
