"""The images of the benchmarks, and how many operations a network takes of one."""

import math
from typing import Any

import numpy as np

from benchmarks.turns import IMAGES
from digitforge.nn.backend import layers


def pictures(shape: list[int], count: int = IMAGES) -> np.ndarray:
    """uint8 [count, H, W, C]; a fifth of the pixels lit, as in thresholded digits. Speed doesn't depend on which."""
    return (np.random.default_rng(0).random((count, *shape)) < 0.2).astype(np.uint8) * 255


def layer_operations(layer: Any) -> int:
    """Floating-point operations of a Keras layer on one image, forward; a multiplication and its addition are two.

    Dense: 2 in out. Convolution: 2 k k C_in C_out H_out W_out; transposed: with H_in W_in. Everything else
    (activations, biases, sampling, the loss, the optimiser) counts as nothing.
    """
    if isinstance(layer, layers.Dense):
        places: tuple[int, ...] = ()
    elif isinstance(layer, layers.Conv2DTranspose):
        places = layer.input.shape[1:3]
    elif isinstance(layer, layers.Conv2D):
        places = layer.output.shape[1:3]
    else:
        return 0
    return 2 * math.prod(layer.kernel.shape) * math.prod(places)


def sample_operations(model: Any) -> int:
    """Operations that turn a code into an image: the decoder, forward."""
    return sum(map(layer_operations, model.decoder.layers))


def step_operations(model: Any) -> int:
    """Operations of one training step on one image: forward, and twice as many for the gradients of weights and inputs.

    The gradient of the images themselves isn't computed, so the encoder's first layer counts twice, not three times.
    """
    counts = [[n for n in map(layer_operations, net.layers) if n] for net in (model.encoder, model.decoder)]
    return 3 * sum(map(sum, counts)) - counts[0][0]
