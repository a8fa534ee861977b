"""Encoder and decoder networks.

Every function returns two Keras models: an encoder [B, H, W, C] in [0, 1] -> [B, features], and a decoder
[B, code] -> logits [B, H, W, C]. `features` is what the family needs to describe a code: the code itself for an
autoencoder, a posterior's parameters for a VAE, one value for a discriminator. The arguments after `code` are those of
`network:` in params.yaml. Hidden layers start as He 2015 (eq. 10) has it, outputs at the data's mean (`PixelBias`).
"""

import math
from collections.abc import Mapping
from typing import Any

import keras
from keras import layers, ops

from digitforge.nn.layers import FewFilters, PixelBias

Shape = tuple[int, int, int]
Networks = tuple[keras.Model, keras.Model]
HE = {"kernel_initializer": "he_normal"}


def build(shape: Shape, features: int, code: int, network: Mapping[str, Any]) -> Networks:
    """Call the function that `network["name"]` names with the rest of `network`."""
    arguments = dict(network)
    return globals()[arguments.pop("name")](shape, features, code, **arguments)


def activate(name: str) -> layers.Layer:
    """An activation by its name in params.yaml; a leaky ReLU lets 0.3 of what is negative through."""
    return layers.LeakyReLU(negative_slope=0.3) if name == "leaky_relu" else layers.Activation(name)


def hidden_layers(x: keras.KerasTensor, sizes: list[int], activation: str) -> keras.KerasTensor:
    """Dense layers of the sizes given."""
    for size in sizes:
        x = activate(activation)(layers.Dense(size, **HE)(x))
    return x


def dense(
    shape: Shape,
    features: int,
    code: int,
    *,
    encoder: list[int],
    decoder: list[int],
    activation: str,
    code_activation: str,
) -> Networks:
    """Fully connected layers of the sizes given."""
    # A ReLU code that starts at zero dies in the first steps, and the decoder then only ever sees zeros.
    alive = "ones" if code_activation == "relu" else "zeros"
    x, z = keras.Input(shape), keras.Input((code,))
    top = hidden_layers(layers.Flatten()(x), encoder, activation)
    found = layers.Dense(features, activation=code_activation, bias_initializer=alive)(top)
    logits = layers.Dense(math.prod(shape), use_bias=False)(hidden_layers(z, decoder, activation))
    return keras.Model(x, found, name="encoder"), keras.Model(
        z, PixelBias()(layers.Reshape(shape)(logits)), name="decoder"
    )


def conv(
    shape: Shape,
    features: int,
    code: int,
    *,
    encoder: list[tuple[int, int, int]],
    encoder_hidden: list[int],
    decoder_hidden: list[int],
    start: int,
    decoder: list[tuple[int, int, int]],
    output_kernel: int | None,
    output_hidden: list[int] | None,
    activation: str,
    dropout: float,
) -> Networks:
    """Convolutions (filters, kernel, stride) down, transposed ones up from `start` filters at the lowest resolution.

    On top of the decoder a convolution to the image's channels (`output_kernel`), or dense layers over all pixels
    (`output_hidden`, which may be empty), or both in this order.
    """
    x, z = keras.Input(shape), keras.Input((code,))
    h = x
    for filters, kernel, stride in encoder:
        h = activate(activation)(layers.Conv2D(filters, kernel, strides=stride, padding="same", **HE)(h))
        h = layers.Dropout(dropout)(h) if dropout else h
    height, width = h.shape[1:3]
    h = hidden_layers(layers.Flatten()(h), encoder_hidden, activation)

    g = hidden_layers(z, decoder_hidden, activation)
    g = layers.Conv2DTranspose(start, (height, width), **HE)(layers.Reshape((1, 1, -1))(g))
    g = activate(activation)(g)
    for filters, kernel, stride in decoder:
        g = activate(activation)(layers.Conv2DTranspose(filters, kernel, strides=stride, padding="same", **HE)(g))
    if output_kernel is not None:
        g = FewFilters(shape[-1], output_kernel, padding="same")(g)
    if output_hidden is not None:
        g = hidden_layers(layers.Flatten()(g), output_hidden, activation)
        g = layers.Reshape(shape)(layers.Dense(math.prod(shape), use_bias=False)(g))
    return keras.Model(x, layers.Dense(features)(h), name="encoder"), keras.Model(z, PixelBias()(g), name="decoder")


def pooled(shape: Shape, features: int, code: int, *, filters: list[int]) -> Networks:
    """Convolutions of 3x3, each followed by 2x2 max-pooling; mirrored with upsampling by repetition."""
    x, z = keras.Input(shape), keras.Input((code,))
    h = x
    for count in filters:
        h = layers.MaxPooling2D(2, padding="same")(layers.Conv2D(count, 3, padding="same", activation="relu", **HE)(h))
    height, width = h.shape[1:3]
    g = layers.Reshape((height, width, filters[-1]))(layers.Dense(height * width * filters[-1])(z))
    for count in reversed(filters):
        g = layers.UpSampling2D(2)(layers.Conv2D(count, 3, padding="same", activation="relu", **HE)(g))
    margin = (g.shape[1] - shape[0], g.shape[2] - shape[1])  # halves were rounded up
    g = layers.Cropping2D([(size // 2, size - size // 2) for size in margin])(g)
    logits = PixelBias()(FewFilters(shape[-1], 3, padding="same")(g))
    return (
        keras.Model(x, layers.Dense(features)(layers.Flatten()(h)), name="encoder"),
        keras.Model(z, logits, name="decoder"),
    )


def residual_block(x: keras.KerasTensor, activation: str = "swish", normalised: bool = False) -> keras.KerasTensor:
    """Pre-activation residual block (He 2016, fig. 4e), with batch normalisation or else starting as the identity."""
    first, last = (HE, HE) if normalised else ({}, {"kernel_initializer": "zeros"})
    h = x
    for start in (first, last):
        h = layers.BatchNormalization(momentum=0.9)(h) if normalised else h
        h = layers.Conv2D(x.shape[-1], 3, padding="same", **start)(activate(activation)(h))
    return layers.Add()([x, h])


def from_patches(x: keras.KerasTensor, channels: int, blocks: int) -> keras.KerasTensor:
    """Patches of 4x4 pixels, seen with a margin of one, as `channels` features each; then residual blocks."""
    h = layers.Conv2D(channels, 6, strides=4, padding="same")(x)
    for _ in range(blocks):
        h = residual_block(h)
    return layers.Activation("swish")(h)


def unpatch(g: keras.KerasTensor, colors: int) -> keras.KerasTensor:
    """A patch of 4x4 pixels from each position ("depth to space", Shi 2016, eq. 4)."""
    height, width = g.shape[1:3]
    g = layers.Conv2D(16 * colors, 3, padding="same")(g)
    g = layers.Permute((1, 3, 2, 4, 5))(layers.Reshape((height, width, 4, 4, colors))(g))
    return layers.Reshape((4 * height, 4 * width, colors))(g)


def to_patches(g: keras.KerasTensor, colors: int, blocks: int) -> keras.KerasTensor:
    """Residual blocks, then patches."""
    for _ in range(blocks):
        g = residual_block(g)
    return unpatch(layers.Activation("swish")(g), colors)


def channel_by_channel(
    x: keras.KerasTensor, z: keras.KerasTensor, shape: Shape, shared_channels: bool
) -> tuple[keras.KerasTensor, keras.KerasTensor, int]:
    """With `shared_channels` images [B C, H, W, 1] and shares of codes [B C, code / C]; and how many a stack has."""
    if not shared_channels or shape[2] == 1:
        return x, z, 1
    height, width, colors = shape
    single = ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (-1, height, width, 1))
    return single, ops.reshape(z, (-1, z.shape[1] // colors)), colors


def as_stacks(g: keras.KerasTensor, apart: int) -> keras.KerasTensor:
    """Undo `channel_by_channel` for what was drawn: [B C, H, W, 1] -> [B, H, W, C], C being `apart`, if above 1."""
    if apart == 1:
        return g
    return ops.transpose(ops.reshape(g, (-1, apart, *g.shape[1:3])), (0, 2, 3, 1))


def patch(
    shape: Shape, features: int, code: int, *, channels: int, blocks: int, hidden: int, shared_channels: bool
) -> Networks:
    """Residual blocks at a quarter of the resolution, where a CPU convolves near its matrix-product peak.

    With `shared_channels` every colour channel is read by the same weights, and drawn by the same weights from a share
    of the code that is its own; only the encoder's last two layers see all channels at once.
    """
    height, width, colors = shape
    x, z = keras.Input(shape), keras.Input((code,))
    h, g, apart = channel_by_channel(x, z, shape, shared_channels)
    h = layers.Flatten()(from_patches(h, channels, blocks))
    h = layers.Dense(hidden, activation="swish")(h)
    if apart > 1:
        h = layers.Dense(hidden, activation="swish")(ops.reshape(h, (-1, apart * hidden)))

    g = layers.Dense(hidden, activation="swish")(g)
    low = (height // 4, width // 4, channels)
    g = layers.Reshape(low)(layers.Dense(math.prod(low))(g))
    drawn = as_stacks(to_patches(g, colors // apart, blocks), apart)
    return keras.Model(x, layers.Dense(features)(h), name="encoder"), keras.Model(z, PixelBias()(drawn), name="decoder")


def dcgan(
    shape: Shape, features: int, code: int, *, channels: int, blocks: int, hidden: int, shared_channels: bool
) -> Networks:
    """Discriminator and generator of a GAN: `patch` with what makes the game stable, and one block to judge.

    Leaky ReLUs, and batch normalisation in the generator alone (Radford 2016, DCGAN, arXiv:1511.06434, section 3).
    """
    height, width, colors = shape
    x, z = keras.Input(shape), keras.Input((code,))
    h, g, apart = channel_by_channel(x, z, shape, shared_channels)
    h = layers.Conv2D(channels, 6, strides=4, padding="same", **HE)(h)
    h = activate("leaky_relu")(residual_block(h, "leaky_relu"))
    h = hidden_layers(layers.Flatten()(h), [hidden], "leaky_relu")
    h = hidden_layers(ops.reshape(h, (-1, apart * hidden)), [2 * hidden], "leaky_relu")

    low = (height // 4, width // 4, channels)
    g = layers.Reshape(low)(layers.Dense(math.prod(low))(hidden_layers(g, [hidden], "leaky_relu")))
    for _ in range(blocks):
        g = residual_block(g, "leaky_relu", normalised=True)
    g = activate("leaky_relu")(layers.BatchNormalization(momentum=0.9)(g))
    drawn = as_stacks(unpatch(g, colors // apart), apart)
    return keras.Model(x, layers.Dense(features)(h), name="encoder"), keras.Model(z, PixelBias()(drawn), name="decoder")


def grid(shape: Shape, features: int, code: int, *, channels: int, blocks: int) -> Networks:
    """The same without dense layers: a code is a grid, its values at one position describe a patch of the image."""
    height, width = shape[0] // 4, shape[1] // 4
    x, z = keras.Input(shape), keras.Input((code,))
    found = layers.Conv2D(features // (height * width), 1)(from_patches(x, channels, blocks))
    g = layers.Conv2D(channels, 3, padding="same")(layers.Reshape((height, width, -1))(z))
    return (
        keras.Model(x, layers.Flatten()(found), name="encoder"),
        keras.Model(z, PixelBias()(to_patches(g, shape[2], blocks)), name="decoder"),
    )
