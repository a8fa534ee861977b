import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from digitforge.data.nondigits.disturbances import DISTURBANCES, LEVELS

RNG = np.random.default_rng(0)
LABELS = np.arange(200) % 10
# Smooth strokes in the middle: what moves a little changes a little.
POINTS = np.pad(RNG.random((200, 18, 18)) < 0.2, ((0, 0), (5, 5), (5, 5)))
DIGITS = gaussian_filter(POINTS.astype(np.float32), (0, 1.5, 1.5))
DIGITS /= DIGITS.max(axis=(1, 2), keepdims=True)


RAMPS = np.broadcast_to(np.linspace(0, 1, 28, dtype=np.float32), DIGITS.shape)


def disturbed(name, strength, digits=DIGITS):
    return DISTURBANCES[name](digits, LABELS, np.random.default_rng(1), strength)


def classes(images):
    """Labels of images that are digits, one after the other."""
    return [int(LABELS[np.flatnonzero(np.all(image == DIGITS, axis=(1, 2)))[0]]) for image in images]


@pytest.mark.parametrize("name", [name for name in DISTURBANCES if name != "classes left out"])
def test_no_strength_changes_nothing_and_more_changes_more(name):
    # A stroke that a swirl has moved away changes no more pixels when it moves on: a ramp does.
    digits = RAMPS if name == "swirl" else DIGITS
    np.testing.assert_allclose(disturbed(name, 0.0, digits), digits, atol=1e-6)
    changes = [np.abs(disturbed(name, level, digits) - digits).mean() for level in LEVELS]
    assert np.all(np.diff(changes) > 0)
    assert changes[-1] > 0.03


@pytest.mark.parametrize("name", DISTURBANCES)
@pytest.mark.parametrize("level", LEVELS)
def test_disturbed_digits_are_images_by_their_generator(name, level):
    found = disturbed(name, level)
    assert found.shape == DIGITS.shape
    assert found.min() >= -1e-6
    assert found.max() <= 1 + 1e-6
    np.testing.assert_array_equal(found, disturbed(name, level))


def test_classes_are_left_out_and_others_are_in_their_place():
    kept = [set(classes(disturbed("classes left out", level))) for level in LEVELS]
    assert kept == [set(range(count)) for count in (10, 8, 6, 4, 2)]


def test_full_strengths():
    assert not disturbed("faded", 1.0).any()
    assert not disturbed("erased", 1.0)[:, 9:19].any()
    np.testing.assert_array_equal(disturbed("erased", 1.0)[:, :9], DIGITS[:, :9])
    assert np.mean(disturbed("noise", 1.0) != DIGITS) == pytest.approx(0.5, abs=0.01)
    halves = disturbed("chimeras", 0.5)
    assert np.mean(np.any(halves != DIGITS, axis=(1, 2))) == pytest.approx(0.5, abs=0.12)
    assert np.all(np.any(disturbed("chimeras", 1.0) != DIGITS, axis=(1, 2)))
