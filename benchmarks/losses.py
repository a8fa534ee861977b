"""Where a training step's time goes: python -m benchmarks.losses JOB prints seconds per step of each part, as JSON."""

import json
import sys
from typing import Any

import benchmarks.steps as steps

# isort: split
import keras
import numpy as np
import tensorflow as tf

from benchmarks.networks import layer_operations

ROUNDS = 5
SAMPLES = 4_000


def product(layer: keras.layers.Layer, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """A layer's matrix product or convolution alone, without bias and activation."""
    if isinstance(layer, keras.layers.Dense):
        return tf.matmul(x, kernel)
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return keras.ops.conv_transpose(x, kernel, strides=layer.strides, padding=layer.padding)
    return layer.convolution_op(x, kernel)


def kernels(job: dict[str, Any]) -> dict[str, steps.Block]:
    """Blocks of every layer's product with its gradients, by network and layer."""
    model, found = steps.model_of(job), {}
    first = next(layer for layer in model.encoder.layers if layer_operations(layer))
    for network in (model.encoder, model.decoder):
        for layer in network.layers:
            if not layer_operations(layer):
                continue
            x = tf.random.normal((job["fit"]["batch"], *layer.input.shape[1:]))
            kernel = tf.constant(layer.kernel)
            upstream = tf.ones_like(product(layer, x, kernel))

            @tf.function
            def call(
                layer: Any = layer, x: tf.Tensor = x, kernel: tf.Tensor = kernel, upstream: tf.Tensor = upstream
            ) -> Any:
                sources = [kernel] if layer is first else [x, kernel]
                with tf.GradientTape() as tape:
                    tape.watch(sources)
                    y = product(layer, x, kernel)
                return y, tape.gradient(y, sources, upstream)

            found[f"{network.name}/{layer.name}"] = steps.timed(call, 1, calls=8)
    return found


def decoding(job: dict[str, Any]) -> steps.Block:
    """A block of samples decoded as stage `sample` does -> seconds per image."""
    model = steps.model_of(job)
    codes = np.random.default_rng(0).normal(size=(SAMPLES, model.code)).astype(np.float32)
    return steps.timed(lambda: model.decode(codes), SAMPLES, calls=1)


def main() -> None:
    """Print seconds per step: kernels alone, forward and backward, one batch for ever, everything; and per sample."""
    job = json.loads(sys.argv[1])
    alone = kernels(job)
    blocks = {
        "gradients": steps.steps_on_one_batch(job, update=False),
        "one_batch": steps.steps_on_one_batch(job, update=True),
        "full": steps.full_steps(job),
        "sample": decoding(job),
    }
    found = steps.medians(alone | blocks, ROUNDS)
    print(json.dumps({"kernels": sum(found[name] for name in alone)} | {name: found[name] for name in blocks}))


if __name__ == "__main__":
    main()
