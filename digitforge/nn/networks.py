"""Encoder and decoder networks.

Every network is a schema and a function, which gives an encoder [B, H, W, C] in [0, 1] -> [B, features] and a decoder
[B, code] -> logits [B, H, W, C], as their inputs and outputs. `features` is what the family needs to describe a code:
the code itself for an autoencoder, a posterior's parameters for a VAE, one value for a discriminator. Hidden layers
start as He 2015 (eq. 10) has it, outputs at the data's mean (`PixelBias`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from digitforge.data.pixels import SIZE
from digitforge.nn.backend import keras, layers, ops
from digitforge.schema import Positive, Schema, one_of

Shape = tuple[int, int, int]
# input and output of the encoder, then of the decoder
Ends = tuple["keras.KerasTensor", "keras.KerasTensor", "keras.KerasTensor", "keras.KerasTensor"]
Activation = Literal["linear", "relu", "leaky_relu", "elu", "gelu", "swish", "sigmoid", "tanh"]
Blocks = Annotated[int, Field(ge=0, le=64)]
HE = {"kernel_initializer": "he_normal"}


class NetworkSettings(Schema):
    """What every network has."""

    name: str

    @property
    def channel_by_channel(self) -> bool:
        """Whether each colour channel is drawn from a share of the code of its own."""
        return False

    @property
    def gives_activities(self) -> bool:
        """Whether codes are in (0, 1)."""
        return False


def build(shape: Shape, features: int, code: int, settings: NetworkSettings) -> tuple[keras.Model, keras.Model]:
    """Encoder and decoder of a network, their weights drawn by Keras's global seed."""
    from digitforge.nn.layers import PixelBias

    x, found, z, logits = NETWORKS[type(settings)](shape, features, code, settings)
    decoder = keras.Model(z, PixelBias()(logits), name="decoder")
    return keras.Model(x, found, name="encoder"), decoder


def activate(name: str) -> layers.Layer:
    """An activation by its name in params.yaml; a leaky ReLU lets 0.3 of what is negative through."""
    return layers.LeakyReLU(negative_slope=0.3) if name == "leaky_relu" else layers.Activation(name)


def hidden_layers(x: keras.KerasTensor, sizes: list[int], activation: str) -> keras.KerasTensor:
    """Dense layers of the sizes given."""
    for size in sizes:
        x = activate(activation)(layers.Dense(size, **HE)(x))
    return x


class Dense(NetworkSettings):
    name: Literal["dense"]
    encoder: list[Positive]
    decoder: list[Positive]
    activation: Activation
    code_activation: Activation

    @property
    def gives_activities(self) -> bool:
        return self.code_activation == "sigmoid"


def dense(shape: Shape, features: int, code: int, settings: Dense) -> Ends:
    """Fully connected layers of the sizes given."""
    # A ReLU code that starts at zero dies in the first steps, and the decoder then only ever sees zeros.
    alive = "ones" if settings.code_activation == "relu" else "zeros"
    x, z = keras.Input(shape), keras.Input((code,))
    top = hidden_layers(layers.Flatten()(x), settings.encoder, settings.activation)
    found = layers.Dense(features, activation=settings.code_activation, bias_initializer=alive)(top)
    logits = layers.Dense(math.prod(shape), use_bias=False)(hidden_layers(z, settings.decoder, settings.activation))
    return x, found, z, layers.Reshape(shape)(logits)


Convolution = Annotated[list[Positive], Field(min_length=3, max_length=3)]  # filters, kernel size, stride


class Conv(NetworkSettings):
    name: Literal["conv"]
    encoder: Annotated[list[Convolution], Field(min_length=1)]
    encoder_hidden: list[Positive]
    decoder_hidden: list[Positive]
    start: Positive
    decoder: list[Convolution]
    output_kernel: Annotated[int, Field(ge=1, le=15)] | None
    output_hidden: list[Positive] | None
    activation: Activation
    dropout: Annotated[float, Field(ge=0, lt=1)]

    @model_validator(mode="after")
    def decoder_ends_in_an_image(self) -> Conv:
        if self.output_kernel is None and self.output_hidden is None:
            raise ValueError("output_kernel: received null; accepted: an odd number, or a list for output_hidden")
        if self.output_kernel is not None and self.output_kernel % 2 == 0:
            raise ValueError(f"output_kernel: received {self.output_kernel}; accepted: an odd number, or null")
        grown, shrunk = (math.prod(layer[2] for layer in layers) for layers in (self.decoder, self.encoder))
        if grown != shrunk:
            raise ValueError(
                f"decoder: received strides that grow {grown} times; accepted: {shrunk}, as encoder shrinks"
            )
        if SIZE % shrunk and self.output_hidden is None:
            raise ValueError(
                f"encoder: received strides that shrink {shrunk} times, which {SIZE} pixels don't divide by; accepted: "
                f"a divisor of {SIZE}, or a list for output_hidden"
            )
        return self


def conv(shape: Shape, features: int, code: int, settings: Conv) -> Ends:
    """Convolutions down, transposed ones up from `start` filters at the lowest resolution.

    On top of the decoder a convolution to the image's channels (`output_kernel`), or dense layers over all pixels
    (`output_hidden`, which may be empty), or both in this order.
    """
    from digitforge.nn.layers import FewFilters

    x, z, activation = keras.Input(shape), keras.Input((code,)), settings.activation
    h = x
    for filters, kernel, stride in settings.encoder:
        h = activate(activation)(layers.Conv2D(filters, kernel, strides=stride, padding="same", **HE)(h))
        h = layers.Dropout(settings.dropout)(h) if settings.dropout else h
    height, width = h.shape[1:3]
    h = hidden_layers(layers.Flatten()(h), settings.encoder_hidden, activation)

    g = hidden_layers(z, settings.decoder_hidden, activation)
    g = layers.Conv2DTranspose(settings.start, (height, width), **HE)(layers.Reshape((1, 1, -1))(g))
    g = activate(activation)(g)
    for filters, kernel, stride in settings.decoder:
        g = activate(activation)(layers.Conv2DTranspose(filters, kernel, strides=stride, padding="same", **HE)(g))
    if settings.output_kernel is not None:
        g = FewFilters(shape[-1], settings.output_kernel, padding="same")(g)
    if settings.output_hidden is not None:
        g = hidden_layers(layers.Flatten()(g), settings.output_hidden, activation)
        g = layers.Reshape(shape)(layers.Dense(math.prod(shape), use_bias=False)(g))
    return x, layers.Dense(features)(h), z, g


class Pooled(NetworkSettings):
    name: Literal["pooled"]
    filters: Annotated[list[Positive], Field(min_length=1)]


def pooled(shape: Shape, features: int, code: int, settings: Pooled) -> Ends:
    """Convolutions of 3x3, each followed by 2x2 max-pooling; mirrored with upsampling by repetition."""
    from digitforge.nn.layers import FewFilters

    x, z, filters = keras.Input(shape), keras.Input((code,)), settings.filters
    h = x
    for count in filters:
        h = layers.MaxPooling2D(2, padding="same")(layers.Conv2D(count, 3, padding="same", activation="relu", **HE)(h))
    height, width = h.shape[1:3]
    g = layers.Reshape((height, width, filters[-1]))(layers.Dense(height * width * filters[-1])(z))
    for count in reversed(filters):
        g = layers.UpSampling2D(2)(layers.Conv2D(count, 3, padding="same", activation="relu", **HE)(g))
    margin = (g.shape[1] - shape[0], g.shape[2] - shape[1])  # halves were rounded up
    g = layers.Cropping2D([(size // 2, size - size // 2) for size in margin])(g)
    logits = FewFilters(shape[-1], 3, padding="same")(g)
    return x, layers.Dense(features)(layers.Flatten()(h)), z, logits


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


class Patch(NetworkSettings):
    name: Literal["patch"]
    channels: Positive
    blocks: Blocks
    hidden: Positive
    shared_channels: bool

    @property
    def channel_by_channel(self) -> bool:
        return self.shared_channels


def patch(shape: Shape, features: int, code: int, settings: Patch) -> Ends:
    """Residual blocks at a quarter of the resolution, where a CPU convolves near its matrix-product peak.

    With `shared_channels` every colour channel is read by the same weights, and drawn by the same weights from a share
    of the code that is its own; only the encoder's last two layers see all channels at once.
    """
    height, width, colors = shape
    channels, hidden = settings.channels, settings.hidden
    x, z = keras.Input(shape), keras.Input((code,))
    h, g, apart = channel_by_channel(x, z, shape, settings.shared_channels)
    h = layers.Flatten()(from_patches(h, channels, settings.blocks))
    h = layers.Dense(hidden, activation="swish")(h)
    if apart > 1:
        h = layers.Dense(hidden, activation="swish")(ops.reshape(h, (-1, apart * hidden)))

    g = layers.Dense(hidden, activation="swish")(g)
    low = (height // 4, width // 4, channels)
    g = layers.Reshape(low)(layers.Dense(math.prod(low))(g))
    drawn = as_stacks(to_patches(g, colors // apart, settings.blocks), apart)
    return x, layers.Dense(features)(h), z, drawn


class Dcgan(Patch):
    name: Literal["dcgan"]  # type: ignore[assignment]


def dcgan(shape: Shape, features: int, code: int, settings: Dcgan) -> Ends:
    """Discriminator and generator of a GAN: `patch` with what makes the game stable, and one block to judge.

    Leaky ReLUs, and batch normalisation in the generator alone (Radford 2016, DCGAN, arXiv:1511.06434, section 3).
    """
    height, width, colors = shape
    channels, hidden = settings.channels, settings.hidden
    x, z = keras.Input(shape), keras.Input((code,))
    h, g, apart = channel_by_channel(x, z, shape, settings.shared_channels)
    h = layers.Conv2D(channels, 6, strides=4, padding="same", **HE)(h)
    h = activate("leaky_relu")(residual_block(h, "leaky_relu"))
    h = hidden_layers(layers.Flatten()(h), [hidden], "leaky_relu")
    h = hidden_layers(ops.reshape(h, (-1, apart * hidden)), [2 * hidden], "leaky_relu")

    low = (height // 4, width // 4, channels)
    g = layers.Reshape(low)(layers.Dense(math.prod(low))(hidden_layers(g, [hidden], "leaky_relu")))
    for _ in range(settings.blocks):
        g = residual_block(g, "leaky_relu", normalised=True)
    g = activate("leaky_relu")(layers.BatchNormalization(momentum=0.9)(g))
    drawn = as_stacks(unpatch(g, colors // apart), apart)
    return x, layers.Dense(features)(h), z, drawn


class Grid(NetworkSettings):
    name: Literal["grid"]
    channels: Positive
    blocks: Blocks


def grid(shape: Shape, features: int, code: int, settings: Grid) -> Ends:
    """The same without dense layers: a code is a grid, its values at one position describe a patch of the image."""
    height, width = shape[0] // 4, shape[1] // 4
    x, z = keras.Input(shape), keras.Input((code,))
    found = layers.Conv2D(features // (height * width), 1)(from_patches(x, settings.channels, settings.blocks))
    g = layers.Conv2D(settings.channels, 3, padding="same")(layers.Reshape((height, width, -1))(z))
    return x, layers.Flatten()(found), z, to_patches(g, shape[2], settings.blocks)


NETWORKS: dict[type[NetworkSettings], Callable[..., Ends]] = {
    Dense: dense,
    Conv: conv,
    Pooled: pooled,
    Patch: patch,
    Dcgan: dcgan,
    Grid: grid,
}
# All but `grid`, whose codes are grids of vectors.
Network = Annotated[NetworkSettings, one_of(schema for schema in NETWORKS if schema is not Grid)]
