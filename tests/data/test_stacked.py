import numpy as np
import pytest

from digitforge.data.modes import MODES, Mode
from digitforge.data.stacked import binarize, grey, has_digit, make_split

COLOR_FLOAT_COMPLETE = Mode.parse("color-float-complete")
COLOR_FLOAT_MISSING = Mode.parse("color-float-missing")
MONO_BINARY_COMPLETE = Mode.parse("mono-binary-complete")
MONO_FLOAT_MISSING = Mode.parse("mono-float-missing")
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 10, 500).astype(np.uint8)
# Every image says which digit it is (a corner pixel) and which image it is (noise).
IMAGES = RNG.integers(0, 256, (500, 28, 28)).astype(np.uint8)
IMAGES[:, 0, 0] = LABELS * 20


def split(mode, seed=1, leave_out=None, stacks=400):
    return make_split(IMAGES, LABELS, mode, pictures=False, leave_out=leave_out, stacks=stacks, seed=[seed, 0])


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_same_seed_same_bytes(mode):
    for first, again in zip(split(mode), split(mode), strict=True):
        assert first.tobytes() == again.tobytes()
    assert split(mode)[0].dtype == np.uint8


def test_color_seed_matters():
    assert not np.array_equal(split(COLOR_FLOAT_COMPLETE, 1)[1], split(COLOR_FLOAT_COMPLETE, 2)[1])


def test_channels_hold_ones_tens_hundreds():
    x, y, _ = split(COLOR_FLOAT_COMPLETE)
    assert x.shape == (400, 28, 28, 3)
    digits = x[:, 0, 0, :].astype(int) // 20
    np.testing.assert_array_equal(digits @ [1, 10, 100], y)
    assert y.min() >= 0
    assert y.max() <= 999


def test_missing_digit_is_in_no_channel():
    _, mono, _ = split(MONO_FLOAT_MISSING, leave_out=8)
    _, color, _ = split(COLOR_FLOAT_MISSING, leave_out=8)
    assert 8 not in mono
    assert not has_digit(color, 8, 3).any()
    assert len(mono) == (LABELS != 8).sum()


def test_has_digit_against_strings():
    labels = np.arange(1000)
    np.testing.assert_array_equal(has_digit(labels, 0, 3), ["0" in f"{label:03}" for label in labels])


def test_binary_is_a_threshold_at_one_half():
    np.testing.assert_array_equal(binarize(np.array([0, 127, 128, 255], np.uint8)), [0, 0, 255, 255])
    x, _, _ = split(MONO_BINARY_COMPLETE)
    np.testing.assert_array_equal(x[..., 0] == 255, IMAGES / 255 >= 0.5)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_positions_lead_back_to_every_channel_and_label(mode):
    x, y, digits = split(mode, leave_out=None if mode.complete else 8)
    assert digits.shape == (len(x), mode.channel_count)
    assert digits.dtype == np.int32
    source = np.where(IMAGES > 127, 255, 0) if mode.binary else IMAGES
    for channel in range(mode.channel_count):
        np.testing.assert_array_equal(x[..., channel], source[digits[:, channel]])
    np.testing.assert_array_equal(y, [sum(int(LABELS[p]) * 10**i for i, p in enumerate(row)) for row in digits])


def test_positions_of_grey_images_are_those_kept_in_order():
    expected = [[position] for position, label in enumerate(LABELS) if label != 8]
    assert split(MONO_FLOAT_MISSING, leave_out=8)[2].tolist() == expected
    assert split(MONO_BINARY_COMPLETE)[2].tolist() == [[position] for position in range(500)]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_colour_pictures_are_not_stacked(mode):
    pictures = RNG.integers(0, 256, (500, 28, 28, 3)).astype(np.uint8)
    leave_out = None if mode.complete else 8
    x, y, shown = make_split(pictures, LABELS, mode, pictures=True, leave_out=leave_out, stacks=400, seed=[1, 0])
    kept = np.arange(500) if mode.complete else np.flatnonzero(leave_out != LABELS)
    expected = np.where(pictures > 127, 255, 0) if mode.binary else pictures
    expected = expected if mode.color else expected.max(axis=3, keepdims=True)
    np.testing.assert_array_equal(x, expected[kept])
    np.testing.assert_array_equal(y, LABELS[kept])
    np.testing.assert_array_equal(shown, kept[:, None])


def test_grey_and_binary_commute():
    pictures = RNG.integers(0, 256, (50, 28, 28, 3)).astype(np.uint8)
    np.testing.assert_array_equal(grey(binarize(pictures)), binarize(grey(pictures)))
    np.testing.assert_array_equal(grey(IMAGES), IMAGES)
