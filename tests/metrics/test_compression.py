import io

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from digitforge.metrics.compression import CODECS, code_length_bytes, dequantise, encode, quantise
from digitforge.metrics.reconstruction import psnr_db

RNG = np.random.default_rng(0)


def enlarged(digits, resample):
    pictures = [Image.fromarray(np.uint8(np.minimum(digit * 16, 255))) for digit in digits]
    return np.stack([np.asarray(picture.resize((28, 28), resample)) for picture in pictures])[..., None]


GREY = enlarged(load_digits().images[:25], Image.Resampling.BICUBIC)
COLOUR = np.concatenate([GREY[:20], GREY[1:21], GREY[2:22]], axis=-1)
BILEVEL = np.uint8(255 * (GREY > 127))


def test_quantise_and_dequantise_by_hand():
    low, high = np.array([0.0, -2.0]), np.array([1.0, 2.0])
    codes = np.array([[0.0, -2.0], [0.24, -1.01], [0.26, 0.0], [0.99, 1.99]])
    levels = quantise(codes, low, high, 2)
    np.testing.assert_array_equal(levels, [[0, 0], [0, 0], [1, 2], [3, 3]])
    middles = [[0.125, -1.5], [0.125, -1.5], [0.375, 0.5], [0.875, 1.5]]
    np.testing.assert_array_equal(dequantise(levels, low, high, 2), np.float32(middles))


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_quantise_against_the_nearest_middle(bits):
    codes = RNG.normal(size=(50, 3))
    low, high = codes.min(axis=0), codes.max(axis=0)
    steps = np.arange(2**bits) + 0.5
    middles = low + steps[:, None] * (high - low) / 2**bits
    slow = np.abs(codes[:, None] - middles).argmin(axis=1)
    np.testing.assert_array_equal(quantise(codes, low, high, bits), slow)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 12])
def test_the_round_trip_errs_by_at_most_half_a_cell(bits):
    codes = RNG.normal(size=(400, 6)) * np.geomspace(0.01, 100, 6)
    low, high = codes.min(axis=0), codes.max(axis=0)
    again = dequantise(quantise(codes, low, high, bits), low, high, bits)
    half = (high - low) / 2**bits / 2
    assert np.all(np.abs(again - codes) <= half * (1 + 1e-3))
    assert np.all(np.abs(again - codes).max(axis=0) > 0.8 * half)


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_quantising_twice_changes_nothing(bits):
    codes = RNG.normal(size=(200, 5)).astype(np.float32)
    low, high = codes.min(axis=0), codes.max(axis=0)
    levels = quantise(codes, low, high, bits)
    np.testing.assert_array_equal(quantise(dequantise(levels, low, high, bits), low, high, bits), levels)


def test_codes_out_of_range_are_clipped():
    low, high = np.zeros(1), np.ones(1)
    levels = quantise(np.array([[-5.0], [-1e-9], [1.0], [7.0]]), low, high, 3)
    np.testing.assert_array_equal(levels[:, 0], [0, 0, 7, 7])
    np.testing.assert_array_equal(dequantise(levels, low, high, 3)[:, 0], np.float32([1, 1, 15, 15]) / 16)


def test_a_constant_coordinate_comes_back_exactly():
    codes = np.column_stack([RNG.normal(size=50), np.full(50, 0.75)]).astype(np.float32)
    low, high = codes.min(axis=0), codes.max(axis=0)
    levels = quantise(codes, low, high, 4)
    np.testing.assert_array_equal(levels[:, 1], 0)
    np.testing.assert_array_equal(dequantise(levels, low, high, 4)[:, 1], codes[:, 1])


def test_code_length_against_a_loop():
    training, levels = RNG.binomial(7, 0.3, (90, 4)), RNG.integers(0, 8, (20, 4))
    slow = []
    for code in levels:
        p = 1.0
        for d, level in enumerate(code):
            p *= (sum(other[d] == level for other in training) + 1) / (90 + 8)
        slow.append(-np.log2(p) / 8)
    np.testing.assert_allclose(code_length_bytes(training, levels, 3), slow, rtol=1e-12)


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_uniform_levels_need_all_their_bits(bits):
    training = np.tile(np.arange(2**bits)[:, None], (3, 5))
    levels = RNG.integers(0, 2**bits, (10, 5))
    np.testing.assert_allclose(code_length_bytes(training, levels, bits), bits * 5 / 8)


def test_levels_that_never_change_need_next_to_nothing():
    training = np.full((100_000, 5), 3)
    assert np.all(code_length_bytes(training, training[:10], 4) < 1e-3)
    # A level that training never shows is dear, but not impossible.
    surprise = code_length_bytes(training, np.array([[9, 3, 3, 3, 3]]), 4)
    assert surprise[0] * 8 == pytest.approx(np.log2(100_016), abs=0.01)


def test_code_length_of_the_training_distribution_tends_to_its_entropy():
    p = np.array([0.5, 0.25, 0.125, 0.125])
    training, levels = RNG.choice(4, (20_000, 3), p=p), RNG.choice(4, (20_000, 3), p=p)
    assert code_length_bytes(training, levels, 2).mean() == pytest.approx(3 * 1.75 / 8, rel=0.01)


@pytest.mark.parametrize("images", [GREY, COLOUR, BILEVEL], ids=["grey", "colour", "bilevel"])
def test_png_is_lossless(images):
    for settings in CODECS["PNG"]:
        np.testing.assert_array_equal(encode(images, "PNG", settings)[1], images)


@pytest.mark.parametrize("codec", ["JPEG", "WebP"])
@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
def test_sizes_and_images_are_those_of_files_written_by_hand(tmp_path, images, codec):
    for settings in CODECS[codec][::2]:
        sizes, decoded = encode(images[:5], codec, settings)
        assert decoded.shape == images[:5].shape
        assert decoded.dtype == np.uint8
        for size, found, pixels in zip(sizes, decoded, images, strict=False):
            path = tmp_path / f"image.{codec.lower()}"
            Image.fromarray(pixels.squeeze()).save(path, **settings)
            assert path.stat().st_size == size
            with Image.open(path) as picture:
                again = np.asarray(picture.convert("L" if images is GREY else "RGB"))
            np.testing.assert_array_equal(found.squeeze(), again)


@pytest.mark.parametrize("codec", ["JPEG", "WebP"])
@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
def test_better_quality_costs_bytes_and_brings_decibels(images, codec):
    found = [encode(images, codec, settings) for settings in CODECS[codec]]
    assert np.all(np.diff([sizes.mean() for sizes, _ in found]) > 0)
    assert np.all(np.diff([psnr_db(images, decoded).value for _, decoded in found]) > 0)


def test_sizes_of_png_files_are_those_written_by_hand():
    for images in (GREY[:5], COLOUR[:5]):
        sizes, _ = encode(images, "PNG", {"optimize": True})
        for size, pixels in zip(sizes, images, strict=True):
            file = io.BytesIO()
            Image.fromarray(pixels.squeeze()).save(file, "PNG", optimize=True)
            assert len(file.getvalue()) == size


def test_black_and_white_png_files_have_one_bit_a_pixel():
    sizes, _ = encode(BILEVEL, "PNG", {"optimize": True})
    for size, pixels in zip(sizes, BILEVEL, strict=True):
        file = io.BytesIO()
        Image.fromarray(pixels[..., 0]).save(file, "PNG", optimize=True)
        assert size < len(file.getvalue())
    random = np.uint8(255 * RNG.integers(0, 2, (3, 64, 64, 1)))
    noisy, decoded = encode(random, "PNG", {"optimize": True})
    np.testing.assert_array_equal(decoded, random)
    assert np.all((noisy > 64 * 64 / 8) & (noisy < 64 * 64 / 8 + 150))


def test_images_of_one_colour_make_the_smallest_files():
    flat = np.full_like(GREY, 100)
    for codec, options in CODECS.items():
        assert encode(flat, codec, options[-1])[0].mean() < encode(GREY, codec, options[-1])[0].mean()
