import numpy as np
import pytest

from digitforge.data.stacked import MODES, binarize, channels, grey, has_digit, make_split

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 10, 500).astype(np.uint8)
# Every image says which digit it is (a corner pixel) and which image it is (noise).
IMAGES = RNG.integers(0, 256, (500, 28, 28)).astype(np.uint8)
IMAGES[:, 0, 0] = LABELS * 20


def split(mode, seed=1, leave_out=None, stacks=400):
    return make_split(IMAGES, LABELS, mode, leave_out=leave_out, stacks=stacks, seed=[seed, 0])


def test_there_are_eight_modes():
    assert len(MODES) == 8
    assert {channels(mode) for mode in MODES} == {1, 3}


@pytest.mark.parametrize("mode", MODES)
def test_same_seed_same_bytes(mode):
    for first, again in zip(split(mode), split(mode), strict=True):
        assert first.tobytes() == again.tobytes()
    assert split(mode)[0].dtype == np.uint8


def test_color_seed_matters():
    assert not np.array_equal(split("color-float-complete", 1)[1], split("color-float-complete", 2)[1])


def test_channels_hold_ones_tens_hundreds():
    x, y, _ = split("color-float-complete")
    assert x.shape == (400, 28, 28, 3)
    digits = x[:, 0, 0, :].astype(int) // 20
    np.testing.assert_array_equal(digits @ [1, 10, 100], y)
    assert y.min() >= 0
    assert y.max() <= 999


def test_missing_digit_is_in_no_channel():
    _, mono, _ = split("mono-float-missing", leave_out=8)
    _, color, _ = split("color-float-missing", leave_out=8)
    assert 8 not in mono
    assert not has_digit(color, 8, 3).any()
    assert len(mono) == (LABELS != 8).sum()


def test_has_digit_against_strings():
    labels = np.arange(1000)
    np.testing.assert_array_equal(has_digit(labels, 0, 3), ["0" in f"{label:03}" for label in labels])


def test_binary_is_a_threshold_at_one_half():
    np.testing.assert_array_equal(binarize(np.array([0, 127, 128, 255], np.uint8)), [0, 0, 255, 255])
    x, _, _ = split("mono-binary-complete")
    np.testing.assert_array_equal(x[..., 0] == 255, IMAGES / 255 >= 0.5)


@pytest.mark.parametrize("mode", MODES)
def test_positions_lead_back_to_every_channel_and_label(mode):
    x, y, digits = split(mode, leave_out=8 if "missing" in mode else None)
    assert digits.shape == (len(x), channels(mode))
    assert digits.dtype == np.int32
    source = np.where(IMAGES > 127, 255, 0) if "binary" in mode else IMAGES
    for channel in range(channels(mode)):
        np.testing.assert_array_equal(x[..., channel], source[digits[:, channel]])
    np.testing.assert_array_equal(y, [sum(int(LABELS[p]) * 10**i for i, p in enumerate(row)) for row in digits])


def test_positions_of_grey_images_are_those_kept_in_order():
    expected = [[position] for position, label in enumerate(LABELS) if label != 8]
    assert split("mono-float-missing", leave_out=8)[2].tolist() == expected
    assert split("mono-binary-complete")[2].tolist() == [[position] for position in range(500)]


@pytest.mark.parametrize("mode", MODES)
def test_colour_pictures_are_not_stacked(mode):
    pictures = RNG.integers(0, 256, (500, 28, 28, 3)).astype(np.uint8)
    leave_out = 8 if "missing" in mode else None
    x, y, shown = make_split(pictures, LABELS, mode, leave_out=leave_out, stacks=400, seed=[1, 0])
    kept = np.flatnonzero(leave_out != LABELS) if "missing" in mode else np.arange(500)
    expected = np.where(pictures > 127, 255, 0) if "binary" in mode else pictures
    expected = expected if "color" in mode else expected.max(axis=3, keepdims=True)
    np.testing.assert_array_equal(x, expected[kept])
    np.testing.assert_array_equal(y, LABELS[kept])
    np.testing.assert_array_equal(shown, kept[:, None])


def test_grey_and_binary_commute():
    pictures = RNG.integers(0, 256, (50, 28, 28, 3)).astype(np.uint8)
    np.testing.assert_array_equal(grey(binarize(pictures)), binarize(grey(pictures)))
    np.testing.assert_array_equal(grey(IMAGES), IMAGES)
