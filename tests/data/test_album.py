import numpy as np

from digitforge.data.album import ZOOM, Album, picture, read
from digitforge.data.pixels import GAP


def moment(value, channels=1):
    """Three images and six samples that say which moment they are of."""
    return {
        "originals": np.full((3, 4, 4, channels), value, np.uint8),
        "samples": np.full((6, 4, 4, channels), value + 100, np.uint8),
    }


def same(found, expected):
    return list(found) == list(expected) and all(
        list(found[step]) == list(expected[step])
        and all(np.array_equal(found[step][name], expected[step][name]) for name in expected[step])
        for step in expected
    )


def test_moments_are_read_as_they_were_taken(tmp_path):
    values = iter((1, 2, 3))
    album = Album(lambda: moment(next(values)))
    for step in (0, 8, 40):
        assert np.array_equal(album.take(step), picture(album.moments[step]))
    album.save(tmp_path / "album.npz")
    expected = {0: moment(1), 8: moment(2), 40: moment(3)}
    assert same(read(tmp_path / "album.npz"), expected)


def test_a_resumed_training_keeps_moments_and_takes_one_that_comes_again_anew(tmp_path):
    first = Album(lambda: moment(1))
    for step in (0, 8):
        first.take(step)
    first.save(tmp_path / "kept.npz")
    second = Album(lambda: moment(2))
    second.load(tmp_path / "kept.npz")
    for step in (8, 16):
        second.take(step)
    second.save(tmp_path / "album.npz")
    assert same(read(tmp_path / "album.npz"), {0: moment(1), 8: moment(2), 16: moment(2)})


def test_a_picture_has_every_name_in_rows_of_its_own():
    height, width = 3 * (4 + GAP) - GAP, 3 * (4 + GAP) - GAP
    grey = picture(moment(10))
    assert grey.shape == (ZOOM * height, ZOOM * width, 3)
    assert (grey[: 4 * ZOOM, : 4 * ZOOM] == 255 - 10).all()  # ink on paper
    assert (grey[-4 * ZOOM :, -4 * ZOOM :] == 255 - 110).all()
    assert (picture(moment(10, channels=3))[-4 * ZOOM :, -4 * ZOOM :] == 110).all()
    alone = picture({"samples": np.zeros((40, 4, 4, 1), np.uint8)})
    assert alone.shape == (ZOOM * (4 * (4 + GAP) - GAP), ZOOM * (10 * (4 + GAP) - GAP), 3)
