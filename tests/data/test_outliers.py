import numpy as np
import pytest

from digitforge.data.modes import MODES
from digitforge.data.outliers import MAKERS, in_mode

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (12, 28, 28)).astype(np.uint8)


def make(name, images=IMAGES, seed=1):
    return MAKERS[name](images, np.random.default_rng(seed))


@pytest.mark.parametrize("name", MAKERS)
def test_sets_have_the_shape_and_bytes_of_images_and_leave_those_alone(name):
    before = IMAGES.copy()
    found = make(name)
    assert found.shape == IMAGES.shape
    assert found.dtype == np.uint8
    assert not np.array_equal(found, IMAGES)
    np.testing.assert_array_equal(IMAGES, before)


def test_inverted_turns_black_to_white_and_twice_is_the_image():
    assert make("inverted", np.array([[[0, 1, 255]]], np.uint8)).tolist() == [[[255, 254, 0]]]
    np.testing.assert_array_equal(make("inverted", make("inverted")), IMAGES)


def test_rotated_turns_each_image_by_a_right_angle():
    for image, turned in zip(IMAGES, make("rotated"), strict=True):
        np.testing.assert_array_equal(turned, np.rot90(image))


def test_noise_is_seeded_and_does_not_show_the_images():
    assert make("noise").tobytes() == make("noise", IMAGES[::-1]).tobytes()
    assert not np.array_equal(make("noise"), make("noise", seed=2))


def test_noise_is_uniform_over_all_bytes():
    counts = np.bincount(make("noise", np.zeros((100, 28, 28), np.uint8)).ravel(), minlength=256)
    expected = 100 * 28 * 28 / 256
    chi_squared = np.sum((counts - expected) ** 2 / expected)
    # Of 255 degrees of freedom: deviation sqrt(2 * 255) = 22.6.
    assert abs(chi_squared - 255) < 4 * 22.6


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_in_mode_a_channel_shows_the_image_so_many_places_on(mode):
    found = in_mode(IMAGES, mode, pictures=False)
    assert found.shape == (12, 28, 28, mode.channel_count)
    assert found.dtype == np.uint8
    for i, image in enumerate(found):
        for channel in range(image.shape[-1]):
            grey = IMAGES[(i + channel) % 12]
            expected = np.where(grey / 255 >= 0.5, 255, 0) if mode.binary else grey
            np.testing.assert_array_equal(image[..., channel], expected)


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode.binary], ids=str)
def test_binary_modes_hold_two_values(mode):
    assert np.unique(in_mode(IMAGES, mode, pictures=False)).tolist() == [0, 255]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_colour_pictures_are_shown_as_they_are(mode):
    pictures = RNG.integers(0, 256, (12, 28, 28, 3)).astype(np.uint8)
    expected = np.where(pictures > 127, 255, 0) if mode.binary else pictures
    expected = expected if mode.color else expected.max(axis=3, keepdims=True)
    np.testing.assert_array_equal(in_mode(pictures, mode, pictures=True), expected)
