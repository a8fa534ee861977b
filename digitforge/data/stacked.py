"""Images in a data mode: grey or in three channels, thresholded, without a digit, stacked.

Stacked MNIST is that of Metz et al. (2017, arXiv:1611.02163, section 3.3.1): three digits in three colour
channels, 1,000 classes. Where the source's images are colour pictures, nothing is stacked: `color` modes hold the
pictures themselves, `mono` modes their grey versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitforge.data import mapped
from digitforge.data.modes import Mode

if TYPE_CHECKING:
    from jaxtyping import Bool, Int, Int32, Integer, UInt8

AT_ONCE = 10_000  # stacks that are put together at once


def binarize(images: UInt8[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape"]:
    """Threshold uint8 images at one half -> 0 or 255."""
    return np.where(images >= 128, np.uint8(255), np.uint8(0))


def grey(images: UInt8[np.ndarray, "N H W *colours"]) -> UInt8[np.ndarray, "N H W"]:
    """The grey version of colour pictures, their brightest channel: [N, H, W, 3] -> [N, H, W], which grey images are.

    Unlike luminance it commutes with `binarize`, and a blue shape on black stays as light as a white one.
    """
    return images.max(axis=3) if images.ndim == 4 else images


def stack(
    images: UInt8[np.ndarray, "N H W"], labels: Integer[np.ndarray, "N"], count: int, rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "count H W 3"], Int32[np.ndarray, "count"], Int[np.ndarray, "count 3"]]:
    """Draw `count` stacks of three digits.

    images: [N, H, W] uint8, labels: [N] -> [count, H, W, 3] uint8, [count] in 0..999, and which images were drawn,
    [count, 3] in 0..N-1. Channel 0 (red) holds the ones, channel 1 (green) the tens, channel 2 (blue) the hundreds.
    """
    drawn = rng.integers(len(images), size=(count, 3))
    stacked = mapped.empty((count, *images.shape[1:], 3))
    for start in range(0, count, AT_ONCE):
        some = drawn[start : start + AT_ONCE]
        for channel in range(3):
            stacked[start : start + AT_ONCE, ..., channel] = images[some[:, channel]]
    return stacked, labels[drawn].astype(np.int32) @ np.array([1, 10, 100], np.int32), drawn


def make_split(
    images: UInt8[np.ndarray, "N H W *colours"],
    labels: Integer[np.ndarray, "N"],
    mode: Mode,
    *,
    pictures: bool,
    leave_out: int | None,
    stacks: int,
    seed: list[int],
) -> tuple[UInt8[np.ndarray, "M H W C"], Int32[np.ndarray, "M"], Int32[np.ndarray, "M P"]]:
    """One split in one data mode.

    images: [N, H, W] or [N, H, W, 3] uint8, labels: [N] -> images [M, H, W, C] uint8, labels [M] int32, and which of
    `images` each shows, [M, 3] int32 in stacks, in the order of the channels, and [M, 1] otherwise; C is 1 or 3.
    `pictures`: whether `images` are colour pictures. `leave_out` drops a digit (None keeps all); `stacks` counts
    stacks. The same arguments give the same bytes.
    """
    kept = np.flatnonzero(labels != leave_out) if leave_out is not None else np.arange(len(labels))
    images, labels = images[kept], labels[kept]
    if mode.binary:
        images = binarize(images)
    if mode.color and not pictures:
        stacked, numbers, drawn = stack(images, labels, stacks, np.random.default_rng(seed))
        return stacked, numbers, kept[drawn].astype(np.int32)
    return in_channels(images, mode), labels.astype(np.int32), kept[:, None].astype(np.int32)


def in_channels(images: UInt8[np.ndarray, "N H W *colours"], mode: Mode) -> UInt8[np.ndarray, "N H W C"]:
    """Images that are not stacked, with the channels of a data mode: [N, H, W] or [N, H, W, 3] -> [N, H, W, C]."""
    return images if mode.color else grey(images)[..., None]


def shown(labels: Integer[np.ndarray, "N"], digits_per_image: int) -> Integer[np.ndarray, "N P"]:
    """Which classes images show: of a stack those of its channels, ones first; else the label itself.

    labels: [N]; digits_per_image: 3 of stacks, or 1 -> [N, P].
    """
    if digits_per_image == 1:
        return labels[:, None]
    return labels[:, None] // 10 ** np.arange(digits_per_image) % 10


def has_digit(labels: Integer[np.ndarray, "N"], digit: int, digits_per_image: int) -> Bool[np.ndarray, "N"]:
    """Whether an image, or any channel of a stack, shows the class `digit`. labels: [N] -> [N] bool."""
    return np.any(shown(labels, digits_per_image) == digit, axis=1)
