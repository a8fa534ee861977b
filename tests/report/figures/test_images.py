import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from digitforge.data.pixels import GAP, PAPER, mosaic
from digitforge.report.figures.images import image_grid, strips
from digitforge.report.figures.style import save

RNG = np.random.default_rng(0)


def test_mosaic_lays_out_row_by_row_with_gaps():
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1).repeat(2, 1).repeat(3, 2)
    picture = mosaic(images, columns=3)
    assert picture.shape == (2 * 2 + GAP, 3 * 3 + 2 * GAP, 3)
    for i in range(5):
        top, left = i // 3 * (2 + GAP), i % 3 * (3 + GAP)
        assert np.all(picture[top : top + 2, left : left + 3] == 255 - i)
    assert np.all(picture[2 + GAP :, 2 * (3 + GAP) :] == PAPER)


def test_colours_stay_what_they_are():
    image = RNG.integers(0, 256, (1, 4, 4, 3)).astype(np.uint8)
    np.testing.assert_array_equal(mosaic(image, 1), image[0])


def test_equal_figures_are_equal_files_and_none_stays_open(tmp_path):
    images = RNG.integers(0, 256, (20, 28, 28, 1)).astype(np.uint8)
    for name in "ab":
        save(image_grid(images, 10), tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert plt.get_fignums() == []


def test_strips_are_wide_pictures_in_which_every_row_shows(tmp_path):
    dark = np.full((10, 28, 28, 1), 255, np.uint8)
    save(strips({"original": dark, "reconstruction": dark}), tmp_path / "s.png")
    picture = np.asarray(Image.open(tmp_path / "s.png").convert("L"))
    assert picture.shape[1] > 900
    inked = (picture < 30).mean(axis=1) > 0.5
    # Two bands of ink: the rows of images.
    assert np.count_nonzero(np.diff(inked.astype(int)) == 1) == 2
