import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from digitforge.data.nondigits.geometry import from_center, halved, sampled_at, smooth_noise, stripes_of

RNG = np.random.default_rng(0)


def test_coordinates_are_pixels_from_the_centre():
    rows, columns = from_center((3, 4, 5))
    assert rows.ravel().tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert columns.ravel().tolist() == [-2, -1, 0, 1, 2]
    assert (rows.shape, columns.shape) == ((4, 1), (1, 5))


@pytest.mark.parametrize("size", [(9, 9), (8, 11)])
def test_reading_between_pixels_against_scipy(size):
    images = RNG.random((6, *size)).astype(np.float32)
    rows, columns = RNG.uniform(-9, 9, (2, 6, *size))
    found = sampled_at(images, rows, columns)
    for image, r, c, read in zip(images, rows, columns, found, strict=True):
        places = [r + (size[0] - 1) / 2, c + (size[1] - 1) / 2]
        np.testing.assert_allclose(read, map_coordinates(image, places, order=1, mode="grid-constant"), atol=2e-3)
    own = [np.broadcast_to(axis, images.shape) for axis in from_center(images.shape)]
    np.testing.assert_allclose(sampled_at(images, *own), images, atol=1e-6)


@pytest.mark.parametrize("axis", [1, 2])
def test_half_as_many_lines_are_the_brighter_of_two(axis):
    images = RNG.random((3, 6, 8))
    found = np.moveaxis(halved(images, axis), axis, 0)
    pairs = np.moveaxis(images, axis, 0)
    assert len(found) == len(pairs) // 2
    for i, line in enumerate(found):
        np.testing.assert_array_equal(line, np.maximum(pairs[2 * i], pairs[2 * i + 1]))


def test_smooth_noise_has_deviation_1_and_is_smoother_with_a_wider_filter():
    rough, smooth = (smooth_noise((20, 28, 28), sigma, RNG) for sigma in (1.0, 4.0))
    for noise in (rough, smooth):
        np.testing.assert_allclose(noise.std(axis=(1, 2)), 1, rtol=1e-4)
    steps = [np.abs(np.diff(noise, axis=2)).mean() for noise in (rough, smooth)]
    assert steps[1] < steps[0] / 2


@pytest.mark.parametrize("axis", [1, 2])
def test_stripes_are_as_wide_as_asked_and_alternate(axis):
    widths = np.array([2, 5, 7])
    found = stripes_of((3, 28, 28), axis, widths, RNG)
    assert found.shape == ((3, 28, 1) if axis == 1 else (3, 1, 28))
    for stripes, width in zip(found.reshape(3, 28), widths, strict=True):
        ends = np.flatnonzero(np.diff(stripes.astype(int)))
        assert np.all(np.diff(ends) == width)
        assert ends[0] < width
