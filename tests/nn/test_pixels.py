import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import bernoulli, norm

from digitforge.nn.pixels import PIXELS

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(0, 2, (3, 4, 5, 2)).astype(np.float32)
GREY = RNG.random((3, 4, 5, 2)).astype(np.float32)
BINARY = np.rint(GREY)


def test_bernoulli_nats_are_scipys():
    p = 1 / (1 + np.exp(-LOGITS.astype(np.float64)))
    expected = -bernoulli.logpmf(BINARY.astype(int), p).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(PIXELS["bernoulli"].nll(BINARY, LOGITS), expected, rtol=1e-5)
    shares = -(GREY * np.log(p) + (1 - GREY) * np.log(1 - p)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(PIXELS["bernoulli"].nll(GREY, LOGITS), shares, rtol=1e-5)


@pytest.mark.parametrize("name", ["gaussian", "rectified"])
def test_gaussian_nats_are_scipys_and_the_squared_error_but_for_a_constant(name):
    pixels = PIXELS[name]
    mean = pixels.mean(LOGITS).numpy()
    expected = -norm.logpdf(GREY, mean, math.sqrt(0.5)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(pixels.nll(GREY, LOGITS), expected, rtol=1e-5)
    error = ((GREY - mean) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(pixels.nll(GREY, LOGITS) - error, 40 * 0.5 * math.log(math.pi), rtol=1e-5)


@pytest.mark.parametrize("name", PIXELS)
def test_natural_parameters_give_the_same_nats(name):
    pixels = PIXELS[name]
    eta, normaliser = pixels.natural(LOGITS)
    found = np.sum(GREY * eta, axis=(1, 2, 3)) - normaliser + pixels.base_measure(GREY)
    np.testing.assert_allclose(found, -pixels.nll(GREY, LOGITS), rtol=1e-5)


@pytest.mark.parametrize("name", PIXELS)
def test_the_start_has_the_datas_mean(name):
    mean = np.clip(RNG.random((4, 4, 1)), 0.01, 0.99).astype(np.float32)
    np.testing.assert_allclose(PIXELS[name].mean(PIXELS[name].start(mean)), mean, atol=0.011)


def test_dynamic_pixels_are_drawn_with_the_grey_values_as_probabilities():
    observe = PIXELS["dynamic"].observe
    drawn = np.stack([observe(tf.constant(GREY), tf.constant([1, i])) for i in range(2000)])
    assert set(np.unique(drawn)) == {0, 1}
    np.testing.assert_allclose(drawn.mean(axis=0), GREY, atol=0.06)
    np.testing.assert_array_equal(observe(tf.constant(BINARY), tf.constant([1, 2])), BINARY)
    np.testing.assert_array_equal(PIXELS["bernoulli"].observe(GREY, None), GREY)
