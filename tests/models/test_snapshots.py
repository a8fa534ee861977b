import numpy as np
import pytest

from digitforge.data.subsets import one_of_each
from digitforge.models import build
from digitforge.models.snapshots import ROWS_OF_SAMPLES, snapshots
from tests import small

ROWS = small.params().variants


def images(channels):
    return np.random.default_rng(0).integers(0, 256, (10, 28, 28, channels), np.uint8)


def apart(found, expected):
    """Largest difference between bytes and expected pixels in [0, 1]."""
    return np.abs(found - np.rint(255 * np.clip(expected, 0, 1))).max()


def test_the_first_image_of_each_digit():
    labels = np.array([3, 3, 0, 13, 9, 1])
    assert one_of_each(labels, 3).tolist() == [2, 5, 0, 4]


@pytest.mark.parametrize("key", ["ae_vanilla", "vae_vamp", "gan_stacked"])
def test_originals_reconstructions_and_samples(key):
    row = ROWS[key]
    seen = images(row.data.channel_count)
    model = build(row.family, seen.shape[1:], row.model.model_dump(), seed=1)
    found = snapshots(model, seen, seed=1)()
    assert list(found) == ["originals", "reconstructions", "samples"][0 if model.encodes else 2 :]
    assert all(made.dtype == np.uint8 for made in found.values())
    if model.encodes:
        assert np.array_equal(found["originals"], seen)
        assert apart(found["reconstructions"], model(seen / np.float32(255)).numpy()) <= 1
    assert found["samples"].shape == (10 * ROWS_OF_SAMPLES, *seen.shape[1:])
    assert apart(found["samples"], model.decode(model.draw(10 * ROWS_OF_SAMPLES, 1))) <= 1


def test_the_same_weights_give_the_same_images_and_others_others():
    model = build("vae", (28, 28, 1), ROWS["vae_dense"].model.model_dump(), seed=1)
    draw = snapshots(model, images(1), seed=1)
    first = draw()
    again = draw()
    assert all(np.array_equal(again[name], first[name]) for name in first)
    model.decoder.layers[-1].bias.assign(model.decoder.layers[-1].bias + 1.0)
    assert not np.array_equal(draw()["samples"], first["samples"])


def test_a_model_that_broke_down_draws_nothing():
    model = build("vae", (28, 28, 1), ROWS["vae_dense"].model.model_dump(), seed=1)
    model.decoder.layers[-1].bias.assign(np.full(model.decoder.layers[-1].bias.shape, np.nan))
    assert (snapshots(model, images(1), seed=1)()["samples"] == 0).all()
