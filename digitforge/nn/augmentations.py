"""Augmentations of training images [B, H, W, C] in [0, 1], drawn anew at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from digitforge.nn.backend import tf
from digitforge.schema import Schema, Share, Weight, one_of


class AugmentationSettings(Schema):
    """What every augmentation has; `xla`: whether XLA can compile it."""

    xla: ClassVar[bool] = True
    name: str


class NoAugmentation(AugmentationSettings):
    name: Literal["none"]


def no_augmentation(x: tf.Tensor, seed: tf.Tensor, settings: NoAugmentation) -> tf.Tensor:
    """The images as they are."""
    return x


class Affine(AugmentationSettings):
    """The greatest rotation in radians, change of size and shear as shares, and shift in pixels, each to both sides."""

    xla: ClassVar[bool] = False
    name: Literal["affine"]
    rotation: Weight
    stretch: Annotated[float, Field(ge=0, lt=1)]
    shear: Share
    shift: Weight


def affine(x: tf.Tensor, seed: tf.Tensor, settings: Affine) -> tf.Tensor:
    """Random affine maps around the centre, all six numbers uniform. x: [B, H, W, C] -> the same."""
    count, height, width = tf.shape(x)[0], x.shape[1], x.shape[2]
    r = tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)
    angle, shear = settings.rotation * r[0], settings.shear * r[1]
    scale_x, scale_y = 1 + settings.stretch * r[2], 1 + settings.stretch * r[3]
    a, b = scale_x * tf.cos(angle), scale_x * (shear - tf.sin(angle))
    c, d = scale_y * tf.sin(angle), scale_y * (tf.cos(angle) + shear)
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    shift_x = center_x - a * center_x - b * center_y + settings.shift * r[4]
    shift_y = center_y - c * center_x - d * center_y + settings.shift * r[5]
    zero = tf.zeros_like(a)
    transforms = tf.stack([a, b, shift_x, c, d, shift_y, zero, zero], axis=1)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=transforms,
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


AUGMENTATIONS: dict[type[AugmentationSettings], Callable[..., tf.Tensor]] = {
    NoAugmentation: no_augmentation,
    Affine: affine,
}
Augmentation = Annotated[AugmentationSettings, one_of(AUGMENTATIONS)]


def build(settings: AugmentationSettings) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """The augmentation as a function of images and a seed."""
    return lambda x, seed: AUGMENTATIONS[type(settings)](x, seed, settings)


def unchanged(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """What a model applies to images before a training chooses an augmentation: nothing."""
    return x
