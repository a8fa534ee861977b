"""Labelled images as they are found: their labels at once, their pixels only when they are prepared."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image
from tqdm import tqdm

from digitforge.data.image_files import open_image
from digitforge.data.pixels import SIZE
from digitforge.data.preparation import LIGHT, Preparation, images_and_steps, is_light
from digitforge.errors import UserError
from digitforge.wording import printable


@dataclass(frozen=True)
class Images:
    """Images as models take them, and where they come from.

    pixels: [M, 28, 28, 3] uint8, or [M, 28, 28] where all are grey; origin: [M] int, which picture each was made of;
    light: [N] bool, which pictures were mostly light when they should be light on black; sizes: how many had which
    (width, height).
    """

    pixels: np.ndarray
    origin: np.ndarray
    light: np.ndarray
    sizes: Counter[tuple[int, int]]


class Labelled(Protocol):
    """Labelled pictures of one split. labels: [N] str, the names of their classes."""

    @property
    def labels(self) -> np.ndarray: ...

    def name(self, i: int) -> str:
        """What messages call the i-th picture."""

    def images(self, how: Preparation) -> Images:
        """All of them, prepared."""


@dataclass(frozen=True)
class ImageFiles:
    """Pictures in files of their own."""

    paths: list[Path]
    labels: np.ndarray

    def name(self, i: int) -> str:
        """The file."""
        return printable(str(self.paths[i]))

    def images(self, how: Preparation) -> Images:
        """Read and prepare every file; raises UserError, naming it, for one that can't be read."""
        sizes: Counter[tuple[int, int]] = Counter()
        made, origin, light = [], [], []
        for i, path in enumerate(tqdm(self.paths, "images", disable=None)):
            picture = open_image(path)
            sizes[picture.size] += 1
            images, (_, on_black, *_) = images_and_steps(picture, how)
            made.append(images)
            light.append(is_light(on_black.picture))
            origin += [i] * len(images)
        return Images(without_colour(np.concatenate(made)), np.array(origin), np.array(light), sizes)


@dataclass(frozen=True)
class Arrays:
    """Pictures as one array, of a file.

    labels: [N] str. pictures: function without arguments -> uint8 [N, H, W] or [N, H, W, 3]. place: the file, and how
    it counts: "train.csv: row {}".
    """

    labels: np.ndarray
    pictures: Callable[[], np.ndarray]
    place: str
    first: int = 0

    @cached_property
    def _pixels(self) -> np.ndarray:
        return self.pictures()

    def name(self, i: int) -> str:
        """The place of a picture in its file."""
        return self.place.format(i + self.first)

    def images(self, how: Preparation) -> Images:
        """Prepare every picture. Those that have the right size already are only turned to light on black."""
        pixels = self._pixels
        height, width = pixels.shape[1:3]
        sizes = Counter({(width, height): len(pixels)})
        if (height, width) == (SIZE, SIZE) and how.fit == "frame" and how.background != "auto":
            made = 255 - pixels if how.background == "white" else pixels
            least = made if made.ndim == 3 else made.min(axis=3)
            light = (least >= LIGHT).reshape(len(made), -1).mean(axis=1) > 0.5
            return Images(made if made.ndim == 3 else without_colour(made), np.arange(len(made)), light, sizes)
        each, light = [], []
        for one in tqdm(pixels, "images", disable=None):
            images, (_, on_black, *_) = images_and_steps(Image.fromarray(one).convert("RGBA"), how)
            each.append(images)
            light.append(is_light(on_black.picture))
        origin = np.repeat(np.arange(len(each)), [len(images) for images in each])
        return Images(without_colour(np.concatenate(each)), origin, np.array(light), sizes)


def without_colour(images: np.ndarray) -> np.ndarray:
    """[N, 28, 28, 3] -> [N, 28, 28] where no image has any colour; where one has, all keep three channels."""
    return images if (images != images[..., :1]).any() else images[..., 0]


def as_bytes(pixels: np.ndarray, place: str) -> np.ndarray:
    """Pixels of any usual type as uint8 in 0..255: bool, whole numbers of 0..255, floats of 0..1.

    Raises UserError, naming the place, for others, and for 0 and 1 alone in a type that has room for 255.
    """
    kind, accepted = pixels.dtype.kind, "whole numbers in 0..255, or floats in 0..1"
    if kind not in "buif" or not pixels.size:
        raise UserError(f"{place}: received {pixels.size} pixels of type {pixels.dtype}; accepted: {accepted}")
    if kind == "b":
        return pixels.astype(np.uint8) * np.uint8(255)
    low, high = float(pixels.min()), float(pixels.max())
    if not (np.isfinite(low) and np.isfinite(high) and low >= 0 and high <= 255):
        raise UserError(f"{place}: received pixels from {low:g} to {high:g}; accepted: {accepted}")
    if kind == "f" and high <= 1:
        return np.rint(pixels * 255).astype(np.uint8)
    if kind == "f" and (pixels != np.rint(pixels)).any():
        raise UserError(f"{place}: received fractions up to {high:g}; accepted: {accepted}")
    return pixels.astype(np.uint8)
