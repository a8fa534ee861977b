import numpy as np
import pytest
import tensorflow as tf

from digitforge.nn.layers import FewFilters, convolve_to_few


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("filters", [1, 3])
def test_convolution_and_gradients_are_tensorflows(size, filters):
    generator = tf.random.Generator.from_seed(1)
    x, kernel = generator.normal((2, 9, 7, 4)), generator.normal((size, size, 4, filters))
    upstream = generator.normal((2, 9, 7, filters))
    found = {}
    for name, convolve in {"ours": convolve_to_few, "theirs": lambda a, k: tf.nn.conv2d(a, k, 1, "SAME")}.items():
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            y = convolve(x, kernel)
        found[name] = (y, *tape.gradient(y, [x, kernel], upstream))
    for ours, theirs in zip(found["ours"], found["theirs"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_layer_has_bias_and_any_batch():
    layer = FewFilters(1, 3, padding="same", bias_initializer="ones", kernel_initializer="zeros")
    for batch in (1, 4):
        np.testing.assert_array_equal(layer(np.ones((batch, 5, 5, 2), np.float32)), np.ones((batch, 5, 5, 1)))
