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
from keras import layers

from stages.nn.layers import FewFilters, PixelBias

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


def residual_block(x: keras.KerasTensor) -> keras.KerasTensor:
    """Pre-activation residual block (He 2016, fig. 4e) that starts as the identity."""
    channels = x.shape[-1]
    h = layers.Conv2D(channels, 3, padding="same")(layers.Activation("swish")(x))
    h = layers.Conv2D(channels, 3, padding="same", kernel_initializer="zeros")(layers.Activation("swish")(h))
    return layers.Add()([x, h])


def from_patches(x: keras.KerasTensor, channels: int, blocks: int) -> keras.KerasTensor:
    """Patches of 4x4 pixels, seen with a margin of one, as `channels` features each; then residual blocks."""
    h = layers.Conv2D(channels, 6, strides=4, padding="same")(x)
    for _ in range(blocks):
        h = residual_block(h)
    return layers.Activation("swish")(h)


def to_patches(g: keras.KerasTensor, shape: Shape, blocks: int) -> keras.KerasTensor:
    """Residual blocks, then a patch of 4x4 pixels from each position ("depth to space", Shi 2016, eq. 4)."""
    for _ in range(blocks):
        g = residual_block(g)
    height, width, colors = g.shape[1], g.shape[2], shape[2]
    g = layers.Conv2D(16 * colors, 3, padding="same")(layers.Activation("swish")(g))
    g = layers.Permute((1, 3, 2, 4, 5))(layers.Reshape((height, width, 4, 4, colors))(g))
    return PixelBias()(layers.Reshape(shape)(g))


def patch(shape: Shape, features: int, code: int, *, channels: int, blocks: int, hidden: int) -> Networks:
    """Residual blocks at a quarter of the resolution, where a CPU convolves near its matrix-product peak."""
    height, width = shape[0] // 4, shape[1] // 4
    x, z = keras.Input(shape), keras.Input((code,))
    h = layers.Flatten()(from_patches(x, channels, blocks))
    h = layers.Dense(hidden, activation="swish")(h)
    g = layers.Dense(hidden, activation="swish")(z)
    g = layers.Reshape((height, width, channels))(layers.Dense(height * width * channels)(g))
    return (
        keras.Model(x, layers.Dense(features)(h), name="encoder"),
        keras.Model(z, to_patches(g, shape, blocks), name="decoder"),
    )


def grid(shape: Shape, features: int, code: int, *, channels: int, blocks: int) -> Networks:
    """The same without dense layers: a code is a grid, its values at one position describe a patch of the image."""
    height, width = shape[0] // 4, shape[1] // 4
    x, z = keras.Input(shape), keras.Input((code,))
    found = layers.Conv2D(features // (height * width), 1)(from_patches(x, channels, blocks))
    g = layers.Conv2D(channels, 3, padding="same")(layers.Reshape((height, width, -1))(z))
    return (
        keras.Model(x, layers.Flatten()(found), name="encoder"),
        keras.Model(z, to_patches(g, shape, blocks), name="decoder"),
    )
