import keras
import numpy as np
import tensorflow as tf

from digitforge.models.verifier import VerifierNetwork, half_binary

RNG = np.random.default_rng(0)


def test_channels_are_judged_one_by_one():
    model = VerifierNetwork()
    images = RNG.integers(0, 256, (6, 28, 28, 3)).astype(np.uint8)
    whole, features = model.read(images)
    assert whole.shape == (6, 3, 10)
    np.testing.assert_allclose(whole.sum(axis=2), 1, rtol=1e-5)
    for channel in range(3):
        single, alone = model.read(images[..., channel : channel + 1])
        np.testing.assert_allclose(whole[:, channel], single[:, 0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(features[:, channel], alone[:, 0], rtol=2e-3, atol=1e-4)


def test_pictures_are_read_whole_by_their_brightest_channel():
    images = RNG.integers(0, 256, (6, 28, 28, 3)).astype(np.uint8)
    grey = images.max(axis=3, keepdims=True)
    whole, single = (VerifierNetwork(pictures=pictures).read(x) for pictures, x in ((True, images), (False, grey)))
    assert whole[0].shape == (6, 1, 10)
    for found, expected in zip(whole, single, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_features_are_what_the_last_layer_sees():
    model = VerifierNetwork()
    images = RNG.integers(0, 256, (6, 28, 28, 1)).astype(np.uint8)
    probabilities, features = model.read(images)
    kernel, bias = (weight.numpy() for weight in model.network.layers[-1].weights)
    logits = features[:, 0].astype(np.float32) @ kernel + bias
    np.testing.assert_allclose(probabilities[:, 0], tf.nn.softmax(logits), atol=2e-3)
    assert np.all(features >= 0)
    assert features.std() > 0


def test_every_second_image_is_binarised():
    x = RNG.random((6, 28, 28, 1)).astype(np.float32)
    found = half_binary(tf.constant(x)).numpy()
    np.testing.assert_array_equal(found[::2], x[::2])
    np.testing.assert_array_equal(found[1::2], x[1::2] >= 0.5)


def test_learns_to_tell_simple_classes_apart():
    labels = RNG.integers(0, 10, 512).astype(np.int32)
    images = np.zeros((512, 28, 28, 1), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 4 * (label // 3) : 9 + 4 * (label // 3), 3 + 8 * (label % 3) : 8 + 8 * (label % 3)] = 255
    model = VerifierNetwork()
    model.compile(optimizer=keras.optimizers.Adam(0.004))
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(64).repeat()
    model.fit(dataset, steps_per_epoch=80, epochs=1, shuffle=False, verbose=0)
    assert (model.read(images)[0][:, 0].argmax(axis=1) == labels).mean() > 0.7
