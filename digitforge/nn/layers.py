"""Layers that Keras lacks, or has in a form that a CPU is slow at. Importing this file imports Keras."""

from typing import Any

from digitforge.nn.backend import keras, layers, tf


class PixelBias(layers.Layer):
    """Add one learned value per pixel and channel: some pixels are hardly ever lit."""

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.bias = self.add_weight(shape=input_shape[1:], initializer="zeros", name="bias")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x + self.bias


class FewFilters(layers.Conv2D):
    """`Conv2D` with padding "same" and stride 1, for one to three filters of odd size: same function, same weights.

    A CPU's kernels work on 16 filters at a time and waste nearly all of that on one (`benchmarks/README.md`).
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        if tf.config.list_physical_devices("GPU"):
            return super().convolution_op(inputs, kernel)
        return convolve_to_few(inputs, tf.convert_to_tensor(kernel))


@tf.custom_gradient
def convolve_to_few(x: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """x: [B, H, W, C], kernel: [K, K, C, F], K odd, F small -> [B, H, W, F], as `tf.nn.conv2d` with "SAME" gives.

    A matrix product gives what each pixel adds to each of its K x K neighbours; these are then shifted and summed, rows
    first. The gradients are those of the opposite convolution, from F channels to C, whose many filters are quick.
    """
    height, width, (size, _, channels, filters) = x.shape[1], x.shape[2], kernel.shape
    margin = size // 2
    opposite = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])

    products = tf.matmul(x, tf.reshape(tf.transpose(kernel, [2, 0, 1, 3]), (channels, -1)))
    products = tf.reshape(products, (-1, height, width, size, size * filters))
    products = tf.pad(products, [[0, 0], [margin, margin], [0, 0], [0, 0], [0, 0]])
    rows = tf.add_n([products[:, i : i + height, :, i] for i in range(size)])
    rows = tf.pad(
        tf.reshape(rows, (-1, height, width, size, filters)), [[0, 0], [0, 0], [margin, margin], [0, 0], [0, 0]]
    )
    found = tf.add_n([rows[:, :, i : i + width, i] for i in range(size)])

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        of_opposite = tf.raw_ops.Conv2DBackpropFilter(
            input=upstream, filter_sizes=opposite.shape, out_backprop=x, strides=[1, 1, 1, 1], padding="SAME"
        )
        of_kernel = tf.reverse(tf.transpose(of_opposite, [0, 1, 3, 2]), [0, 1])
        return tf.nn.conv2d(upstream, opposite, 1, "SAME"), of_kernel

    return found, gradient
