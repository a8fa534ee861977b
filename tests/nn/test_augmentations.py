import numpy as np
import tensorflow as tf

from digitforge.nn.augmentations import Affine, build

NUMBERS = {"rotation": 0.17, "stretch": 0.1, "shear": 0.1, "shift": 2.0}
AFFINE = build(Affine(name="affine", **NUMBERS))


def test_affine_maps_move_a_little_and_repeats():
    x = np.zeros((200, 28, 28, 1), np.float32)
    x[:, 8:20, 10:18] = 1
    warped = AFFINE(tf.constant(x), tf.constant([1, 2])).numpy()
    np.testing.assert_array_equal(warped, AFFINE(tf.constant(x), tf.constant([1, 2])))
    rows, columns = np.mgrid[:28, :28]
    mass = warped[..., 0].sum(axis=(1, 2))
    centers = [(warped[..., 0] * axis).sum(axis=(1, 2)) / mass for axis in (rows, columns)]
    assert np.abs(centers[0] - 13.5).max() < 3.5
    assert np.abs(centers[1] - 13.5).max() < 3.5
    assert centers[0].std() > 0.8
    assert abs(np.mean(centers[0]) - 13.5) < 0.3
    assert (mass / mass.mean()).min() > 0.7


def test_an_affine_map_of_no_size_changes_nothing():
    x = np.random.default_rng(0).random((5, 28, 28, 3)).astype(np.float32)
    still = build(Affine(name="affine", **dict.fromkeys(NUMBERS, 0.0)))
    np.testing.assert_allclose(still(tf.constant(x), tf.constant([1, 2])), x, atol=1e-5)
