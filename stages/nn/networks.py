"""Encoder and decoder networks.

Every function returns two Keras models: an encoder [B, H, W, C] in [0, 1] -> [B, features], and a decoder
[B, code] -> logits [B, H, W, C]. `features` is what the family needs to describe a code: the code itself for an
autoencoder, a posterior's parameters for a VAE. The arguments after `code` are those of `network:` in params.yaml.
"""

import math

import keras
from keras import layers

from stages.nn.layers import FewFilters, PixelBias

Shape = tuple[int, int, int]
Networks = tuple[keras.Model, keras.Model]


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
    """Fully connected layers of the sizes given; He initialisation, since the depth is large (He 2015, eq. 10)."""

    def hidden(x: keras.KerasTensor, sizes: list[int]) -> keras.KerasTensor:
        for size in sizes:
            x = layers.Dense(size, activation=activation, kernel_initializer="he_normal")(x)
        return x

    # A ReLU code that starts at zero dies in the first steps, and the decoder then only ever sees zeros.
    alive = "ones" if code_activation == "relu" else "zeros"
    x = keras.Input(shape)
    top = hidden(layers.Flatten()(x), encoder)
    z = keras.Input((code,))
    logits = layers.Dense(math.prod(shape))(hidden(z, decoder))
    return (
        keras.Model(x, layers.Dense(features, activation=code_activation, bias_initializer=alive)(top), name="encoder"),
        keras.Model(z, layers.Reshape(shape)(logits), name="decoder"),
    )


def conv(shape: Shape, features: int, code: int) -> Networks:
    """Convolutions 32-64-16 down to 7x7, transposed convolutions 64-64-32 up, then dense 1000 over the pixels."""
    relu = {"activation": "relu", "kernel_initializer": "he_normal"}
    x = keras.Input(shape)
    h = layers.Conv2D(32, 3, strides=2, padding="same", **relu)(x)
    h = layers.Conv2D(64, 3, strides=2, padding="same", **relu)(h)
    h = layers.Conv2D(16, 3, padding="same", **relu)(h)
    h = layers.Dense(500, **relu)(layers.Flatten()(h))
    z = keras.Input((code,))
    g = layers.Reshape((1, 1, code))(z)
    g = layers.Conv2DTranspose(64, shape[0] // 4, padding="valid", **relu)(g)
    g = layers.Conv2DTranspose(64, 3, strides=2, padding="same", **relu)(g)
    g = layers.Conv2DTranspose(32, 3, strides=2, padding="same", **relu)(g)
    g = FewFilters(shape[-1], 5, padding="same")(g)
    g = layers.Dense(1000, **relu)(layers.Flatten()(g))
    return (
        keras.Model(x, layers.Dense(features)(h), name="encoder"),
        keras.Model(z, layers.Reshape(shape)(layers.Dense(math.prod(shape))(g)), name="decoder"),
    )


def residual_block(x: keras.KerasTensor) -> keras.KerasTensor:
    """Pre-activation residual block (He 2016, fig. 4e) that starts as the identity."""
    channels = x.shape[-1]
    h = layers.Conv2D(channels, 3, padding="same")(layers.Activation("swish")(x))
    h = layers.Conv2D(channels, 3, padding="same", kernel_initializer="zeros")(layers.Activation("swish")(h))
    return layers.Add()([x, h])


def patch(shape: Shape, features: int, code: int, *, channels: int, blocks: int, hidden: int) -> Networks:
    """Residual blocks at a quarter of the resolution, where a CPU convolves near its matrix-product peak.

    Patches of 4x4 pixels (seen with a margin of one) become `channels` features on the way in; on the way out
    each position yields a 4x4 patch ("depth to space", Shi 2016, eq. 4).
    """
    height, width, colors = shape[0] // 4, shape[1] // 4, shape[2]
    x = keras.Input(shape)
    h = layers.Conv2D(channels, 6, strides=4, padding="same")(x)
    for _ in range(blocks):
        h = residual_block(h)
    h = layers.Dense(hidden, activation="swish")(layers.Flatten()(layers.Activation("swish")(h)))
    z = keras.Input((code,))
    g = layers.Dense(hidden, activation="swish")(z)
    g = layers.Reshape((height, width, channels))(layers.Dense(height * width * channels)(g))
    for _ in range(blocks):
        g = residual_block(g)
    g = layers.Conv2D(16 * colors, 3, padding="same")(layers.Activation("swish")(g))
    g = layers.Permute((1, 3, 2, 4, 5))(layers.Reshape((height, width, 4, 4, colors))(g))
    return (
        keras.Model(x, layers.Dense(features)(h), name="encoder"),
        keras.Model(z, PixelBias()(layers.Reshape(shape)(g)), name="decoder"),
    )
