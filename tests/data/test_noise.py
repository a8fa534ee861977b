import numpy as np
import pytest

from digitforge.data.noise import add_noise, median

RNG = np.random.default_rng(0)
GREY = np.full((40, 28, 28, 1), 128, np.uint8)
IMAGES = RNG.integers(0, 256, (3, 6, 5, 3)).astype(np.uint8)


def standardised(images, sigma, seed):
    """The noise that was put on grey images, of deviation 1."""
    return ((add_noise(images, sigma, seed) / 255 - images / 255) / sigma).ravel()


def test_same_arguments_same_noise():
    before = IMAGES.copy()
    noisy = add_noise(IMAGES, 0.3, 5)
    assert noisy.dtype == np.uint8
    assert noisy.tobytes() == add_noise(IMAGES, 0.3, 5).tobytes()
    np.testing.assert_array_equal(IMAGES, before)


@pytest.mark.parametrize("sigma", [0.05, 0.1])
def test_noise_has_the_deviation_asked_for_and_no_bias(sigma):
    noise = (add_noise(GREY, sigma, 1).astype(float) - 128) / 255
    assert abs(noise.std() / sigma - 1) < 0.02
    assert abs(noise.mean()) < 4 * sigma / np.sqrt(noise.size)


@pytest.mark.parametrize(("sigma", "seed"), [(0.1, 2), (0.11, 1)], ids=["seed", "sigma"])
def test_another_seed_or_deviation_gives_independent_noise(sigma, seed):
    first, other = standardised(GREY, 0.1, 1), standardised(GREY, sigma, seed)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.04


def test_noise_differs_between_images_and_channels():
    noisy = add_noise(np.full((2, 28, 28, 3), 128, np.uint8), 0.1, 1).astype(float)
    planes = np.moveaxis(noisy, -1, 1).reshape(6, -1)
    assert np.abs(np.corrcoef(planes) - np.eye(6)).max() < 0.15


def test_noise_is_clipped_and_never_wraps_around():
    black, white = (add_noise(np.full_like(GREY, value), 0.1, 1) for value in (0, 255))
    assert black.max() < 255 * 0.6
    assert white.min() > 255 * 0.4
    # Half of the noise points out of the range.
    for found, end in ((black, 0), (white, 255)):
        assert 0.48 < np.mean(found == end) < 0.53


@pytest.mark.parametrize("size", [3, 5])
def test_median_against_a_loop_over_pixels(size):
    reach = size // 2
    padded = np.pad(IMAGES, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="symmetric")
    expected = np.empty_like(IMAGES)
    for n, y, x, c in np.ndindex(IMAGES.shape):
        expected[n, y, x, c] = sorted(padded[n, y : y + size, x : x + size, c].ravel())[size * size // 2]
    np.testing.assert_array_equal(median(IMAGES, size), expected)


def test_median_is_of_three_by_three_pixels_and_takes_a_single_one_off():
    np.testing.assert_array_equal(median(IMAGES), median(IMAGES, 3))
    speck = np.zeros((1, 7, 7, 1), np.uint8)
    speck[0, 3, 3, 0] = 255
    assert median(speck).max() == 0


def test_channels_and_images_are_filtered_on_their_own():
    found = median(IMAGES)
    for n, c in np.ndindex(3, 3):
        np.testing.assert_array_equal(found[n : n + 1, ..., c : c + 1], median(IMAGES[n : n + 1, ..., c : c + 1]))
