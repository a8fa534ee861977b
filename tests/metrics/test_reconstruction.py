import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.metrics import log_loss, mean_squared_error

from digitforge.metrics import reconstruction
from digitforge.metrics.reconstruction import bce_nats, mse, psnr_db, ssim

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (30, 28, 28, 3)).astype(np.uint8)
OTHERS = RNG.integers(0, 256, (30, 28, 28, 3)).astype(np.uint8)
WINDOW = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": -1}


def smooth(count, channels, size=28):
    """Blurred noise over the whole range and a noisy copy of it."""
    blurred = gaussian_filter(RNG.normal(size=(count, size, size, channels)), (0, 2, 2, 0))
    images = np.clip(128 + 128 * blurred / np.abs(blurred).max(), 0, 255).astype(np.uint8)
    return images, np.clip(images + RNG.normal(0, 25, images.shape), 0, 255).astype(np.uint8)


def test_mse_against_scikit_learn():
    slow = mean_squared_error(IMAGES.ravel() / 255, OTHERS.ravel() / 255)
    assert mse(IMAGES, OTHERS).value == pytest.approx(slow, rel=1e-6)


def test_exact_and_opposite():
    assert mse(IMAGES, IMAGES) == (0, 0)
    assert psnr_db(IMAGES, IMAGES) == (100, 0)
    black, white = np.zeros((2, 4, 4, 1), np.uint8), np.full((2, 4, 4, 1), 255, np.uint8)
    assert mse(black, white) == (1, 0)
    assert psnr_db(black, white) == (0, 0)


@pytest.mark.parametrize("channels", [1, 3])
def test_cross_entropy_against_scikit_learn(channels):
    images, others = smooth(20, channels)
    pixels = (np.rint(images / 255).ravel(), np.clip(others / 255, 1 / 510, 1 - 1 / 510).ravel())
    found = bce_nats((255 * np.rint(images / 255)).astype(np.uint8), others).value
    assert found == pytest.approx(log_loss(*pixels, labels=[0, 1]) * pixels[0].size / 20, rel=1e-9)


def test_cross_entropy_of_grey_pixels():
    grey = np.full((3, 4, 4, 1), 51, np.uint8)
    entropy = -16 * (0.2 * np.log(0.2) + 0.8 * np.log(0.8))
    assert bce_nats(grey, grey).value == pytest.approx(entropy)
    assert bce_nats(grey, np.full_like(grey, 60)).value > entropy
    black = np.zeros_like(grey)
    assert bce_nats(black, black).value == pytest.approx(-16 * np.log1p(-1 / 510))
    assert bce_nats(black, 255 - black).value == pytest.approx(16 * np.log(510))


def test_psnr_averages_over_images():
    black = np.zeros((2, 10, 10, 1), np.uint8)
    noisy = black.copy()
    noisy[0, 0, 0] = 255  # mse 1/100: 20 dB
    noisy[1, :, 0] = 255  # mse 1/10: 10 dB
    assert psnr_db(black, noisy) == pytest.approx((15, 1.96 * 5 / np.sqrt(2)))


@pytest.mark.parametrize("channels", [1, 3])
def test_psnr_against_scikit_image(channels):
    images, others = smooth(20, channels)
    slow = [peak_signal_noise_ratio(x, y, data_range=255) for x, y in zip(images, others, strict=True)]
    assert psnr_db(images, others).value == pytest.approx(np.mean(slow), rel=1e-6)
    assert psnr_db(images, others).ci95 == pytest.approx(1.96 * np.std(slow) / np.sqrt(20), rel=1e-4)


@pytest.mark.parametrize("size", [11, 28, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_against_scikit_image(channels, size):
    images, others = smooth(8, channels, size)
    pairs = list(zip(images, others, strict=True))
    by_255 = [structural_similarity(x, y, data_range=255, **WINDOW) for x, y in pairs]
    by_1 = [structural_similarity(x / 255, y / 255, data_range=1, **WINDOW) for x, y in pairs]
    found = ssim(images, others)
    assert found.value == pytest.approx(np.mean(by_255), abs=1e-7)
    assert found.value == pytest.approx(np.mean(by_1), abs=1e-7)
    assert found.ci95 == pytest.approx(1.96 * np.std(by_1) / np.sqrt(8), abs=1e-7)
    assert 0.2 < found.value < 0.95


def test_ssim_of_noise_against_scikit_image():
    slow = [structural_similarity(x, y, data_range=255, **WINDOW) for x, y in zip(IMAGES, OTHERS, strict=True)]
    assert ssim(IMAGES, OTHERS).value == pytest.approx(np.mean(slow), abs=1e-7)
    assert abs(ssim(IMAGES, OTHERS).value) < 0.1


def test_ssim_of_one_window_against_the_formula():
    x, y = (RNG.integers(0, 256, (1, 11, 11, 1)).astype(np.uint8) for _ in range(2))
    offsets = np.arange(-5, 6)
    weights = np.exp(-(offsets[:, None] ** 2 + offsets**2) / (2 * 1.5**2))
    weights /= weights.sum()
    a, b = x[0, ..., 0] / 255, y[0, ..., 0] / 255
    m_a, m_b = np.sum(weights * a), np.sum(weights * b)
    v_a, v_b = np.sum(weights * (a - m_a) ** 2), np.sum(weights * (b - m_b) ** 2)
    v_ab = np.sum(weights * (a - m_a) * (b - m_b))
    slow = (2 * m_a * m_b + 1e-4) * (2 * v_ab + 9e-4) / ((m_a**2 + m_b**2 + 1e-4) * (v_a + v_b + 9e-4))
    assert ssim(x, y).value == pytest.approx(slow, rel=1e-9)


def test_ssim_of_identical_images_is_one():
    assert ssim(IMAGES, IMAGES) == pytest.approx((1, 0), abs=1e-12)
    black = np.zeros((3, 28, 28, 1), np.uint8)
    assert ssim(black, black) == pytest.approx((1, 0), abs=1e-12)


def test_ssim_is_symmetric():
    images, others = smooth(10, 1)
    assert ssim(images, others) == pytest.approx(ssim(others, images), rel=1e-12)


def test_ssim_of_inverted_images_is_low():
    images, others = smooth(10, 1)
    assert ssim(images, 255 - images).value < 0
    assert ssim(images, 255 - images).value < ssim(images, others).value < 1


def test_a_constant_reconstruction_scores_low():
    images, others = smooth(10, 1)
    constant = np.full_like(images, round(images.mean()))
    assert ssim(images, constant).value < 0.3
    assert ssim(images, constant).value < ssim(images, others).value
    assert mse(images, constant).value == pytest.approx(np.mean((images / 255 - constant / 255) ** 2), rel=1e-6)


@pytest.mark.parametrize("chunk", [1, 4, 10, 11])
def test_chunks_change_nothing(monkeypatch, chunk):
    images, others = smooth(10, 3)
    whole = ssim(images, others)
    monkeypatch.setattr(reconstruction, "CHUNK", chunk)
    assert ssim(images, others) == pytest.approx(whole, rel=1e-12)
