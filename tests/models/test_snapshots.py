import numpy as np
import pytest

from stages.models import build
from stages.models.snapshots import GAP, ROWS_OF_SAMPLES, ZOOM, one_of_each, snapshots
from stages.pipeline.params import load_params

SIDE = (28 + GAP) * ZOOM
ROWS = load_params().variants


def images(channels):
    return np.random.default_rng(0).integers(0, 256, (10, 28, 28, channels), np.uint8)


def cell(picture, row, column):
    """The image at a place of a picture, its pixels at their true size."""
    margin = GAP // 2 * ZOOM
    part = picture[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
    return part[margin:-margin:ZOOM, margin:-margin:ZOOM]


def test_the_first_image_of_each_digit():
    labels = np.array([3, 3, 0, 13, 9, 1])
    assert one_of_each(np.arange(6), labels).tolist() == [2, 5, 0, 4]


@pytest.mark.parametrize("key", ["ae_vanilla", "vae_vamp", "gan_stacked"])
def test_originals_reconstructions_and_samples(key):
    row = ROWS[key]
    seen = images(3 if row.data.startswith("color") else 1)
    model = build(row.family, seen.shape[1:], row.model.model_dump(), seed=1)
    picture = snapshots(model, seen, seed=1)()
    rows = ROWS_OF_SAMPLES + 2 * model.encodes
    assert picture.dtype == np.uint8
    assert picture.shape == (rows * SIDE, 10 * SIDE, 3)
    if model.encodes:
        assert np.array_equal(cell(picture, 0, 3), np.repeat(255 - seen[3], 3, axis=-1))
        expected = 255 - np.rint(255 * model(seen[3:4] / np.float32(255)).numpy().clip(0, 1))[0]
        assert np.abs(cell(picture, 1, 3)[..., :1] - expected).max() <= 1
    last = model.decode(model.draw(10 * ROWS_OF_SAMPLES, 1))[-1]
    expected = np.rint(255 * (last if last.shape[-1] == 3 else 1 - last))
    assert np.abs(cell(picture, rows - 1, 9)[..., : last.shape[-1]] - expected).max() <= 1


def test_the_same_weights_give_the_same_picture_and_others_another():
    model = build("vae", (28, 28, 1), ROWS["vae_dense"].model.model_dump(), seed=1)
    draw = snapshots(model, images(1), seed=1)
    first = draw()
    assert np.array_equal(draw(), first)
    model.decoder.layers[-1].bias.assign(model.decoder.layers[-1].bias + 1.0)
    assert not np.array_equal(draw(), first)


def test_a_model_that_broke_down_leaves_the_paper_empty():
    model = build("vae", (28, 28, 1), ROWS["vae_dense"].model.model_dump(), seed=1)
    model.decoder.layers[-1].bias.assign(np.full(model.decoder.layers[-1].bias.shape, np.nan))
    assert (cell(snapshots(model, images(1), seed=1)(), 2, 0) == 255).all()
