import numpy as np
import pytest
from sklearn.metrics import mean_squared_error

from stages.metrics.reconstruction import mse, psnr_db

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (30, 28, 28, 3)).astype(np.uint8)
OTHERS = RNG.integers(0, 256, (30, 28, 28, 3)).astype(np.uint8)


def test_mse_against_scikit_learn():
    assert mse(IMAGES, OTHERS) == pytest.approx(
        mean_squared_error(IMAGES.ravel() / 255, OTHERS.ravel() / 255), rel=1e-6
    )


def test_exact_and_opposite():
    assert mse(IMAGES, IMAGES) == 0
    assert psnr_db(IMAGES, IMAGES) == 100
    black, white = np.zeros((2, 4, 4, 1), np.uint8), np.full((2, 4, 4, 1), 255, np.uint8)
    assert mse(black, white) == 1
    assert psnr_db(black, white) == 0


def test_psnr_averages_over_images():
    black = np.zeros((2, 10, 10, 1), np.uint8)
    noisy = black.copy()
    noisy[0, 0, 0] = 255  # mse 1/100: 20 dB
    noisy[1, :, 0] = 255  # mse 1/10: 10 dB
    assert psnr_db(black, noisy) == pytest.approx(15)
