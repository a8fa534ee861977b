"""One function prepares every picture. What it does under any light is judged by a reader of clean digits."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sklearn.svm import SVC

from digitforge.data import pages
from digitforge.data.idx import FILES, parse_idx
from digitforge.data.places import from_scikit_learn
from digitforge.data.preparation import BACKGROUNDS, Preparation, images_and_steps, prepared
from digitforge.errors import UserError
from tests.data import photographs

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def digits():
    """scikit-learn's digits -> images and labels to train with, images and labels to test with."""
    return [parse_idx(content, name) for name, content in from_scikit_learn().items() if name in FILES]


@pytest.fixture(scope="module")
def read(digits):
    """A reader of clean digits that were centred: images [N, 28, 28] -> labels."""
    x, y = digits[0][:700], digits[1][:700]
    clean = np.concatenate([grey(rgba(image), "black", "ink") for image in x])
    machine = SVC(C=10).fit(clean.reshape(len(x), -1) / 255, y)
    return lambda images: machine.predict(images.reshape(len(images), -1) / 255)


def rgba(pixels):
    return Image.fromarray(np.asarray(pixels, np.uint8)).convert("RGBA")


def grey(picture, background="auto", fit="frame"):
    return prepared(picture, Preparation(background, fit)).max(axis=3)


@pytest.mark.parametrize("background", ["black", "auto"])
def test_a_grey_image_of_the_right_size_comes_out_bit_for_bit(background):
    image = RNG.integers(0, 256, (28, 28))
    image[[0, -1]] = image[:, [0, -1]] = 255  # its edge is light, and still it is kept
    assert (grey(rgba(image), background)[0] == image).all()


def test_dark_on_light_becomes_light_on_dark_by_white_and_by_what_the_edge_shows():
    picture = rgba(np.full((56, 56), 255))
    picture.paste((0, 0, 0, 255), (20, 20, 36, 36))
    for background in ("white", "auto"):
        image = grey(picture, background)[0]
        assert image[14, 14] == 255
        assert image[0, 0] == 0
    assert grey(picture, "black")[0][0, 0] == 255


@pytest.mark.parametrize("ink", ["black", "navy", "red"])
@pytest.mark.parametrize("background", ["white", "auto"])
def test_dark_ink_on_nothing_is_ink(ink, background):
    picture = Image.new("RGBA", (56, 56))
    ImageDraw.Draw(picture).line((10, 10, 46, 46), fill=ink, width=8)
    if ink == "red" and background == "auto":  # red may be light on black as well
        return
    image = grey(picture, background)[0]
    assert image[14, 14] > 120
    assert image[2, 25] == 0


def test_red_ink_on_black_is_as_light_as_white_ink():
    picture = Image.new("RGBA", (28, 28), "black")
    picture.paste((255, 0, 0, 255), (10, 10, 18, 18))
    assert grey(picture)[0][14, 14] == 255


def test_what_it_does_not_know_is_refused():
    with pytest.raises(UserError, match="background: received 'grey'; accepted: black, white, auto"):
        Preparation("grey")
    with pytest.raises(UserError, match="fit: received 'crop'; accepted: frame, ink, page"):
        Preparation("black", "crop")


def test_photographed_digits_are_read_as_the_digits_themselves(digits, read):
    right = []
    for scale in (2, 5, 9):
        for kind in photographs.LIGHTS:
            rng = np.random.default_rng(scale)
            chosen = rng.choice(len(digits[2]), 25, replace=False)
            pictures = [photographs.photographed(photographs.drawn(digits[2][i], scale), kind, rng) for i in chosen]
            images = np.concatenate([grey(picture, "white", "ink") for picture in pictures])
            clean = np.concatenate([grey(rgba(digits[2][i]), "black", "ink") for i in chosen])
            right.append((read(images) == read(clean)).mean())
    assert min(right) >= 0.9
    assert np.mean(right) >= 0.97


@pytest.mark.parametrize("colour", [(20, 40, 160), (180, 30, 30), (60, 60, 60)])
def test_ink_of_any_colour_is_ink(digits, read, colour):
    rng = np.random.default_rng(1)
    pictures = [photographs.photographed(photographs.drawn(x, 4), "slanted", rng, colour) for x in digits[2][:20]]
    images = np.concatenate([grey(picture, "auto", "ink") for picture in pictures])
    assert (read(images) == digits[3][:20]).mean() >= 0.95


def test_ink_fits_the_box_of_mnist_and_its_mass_is_in_the_middle():
    picture = Image.new("RGBA", (300, 200), "white")
    ImageDraw.Draw(picture).line((40, 30, 60, 150), fill="black", width=14)
    image = grey(picture, "white", "ink")[0].astype(float)
    rows = np.flatnonzero(image.max(axis=1) > 20)
    assert 18 <= np.ptp(rows) + 1 <= 20
    for axis in (0, 1):
        assert np.arange(28) @ image.sum(axis=axis) / image.sum() == pytest.approx(13.5, abs=0.6)


def test_thin_strokes_are_thickened_to_those_of_a_pen():
    picture = Image.new("RGBA", (400, 400), "white")
    ImageDraw.Draw(picture).ellipse((60, 40, 340, 360), outline="black", width=3)
    image = grey(picture, "white", "ink")[0]
    assert image.max() > 200
    assert 1.5 <= (image[14] > 127).sum() / 2 <= 3


def test_a_shape_that_is_wider_than_any_stroke_is_found_whole():
    picture = Image.new("RGBA", (200, 200), "white")
    ImageDraw.Draw(picture).rectangle((20, 20, 180, 180), fill="black")
    image = grey(picture, "white", "ink")[0]
    assert (image[5:23, 5:23] > 200).all()


def test_blank_paper_gives_a_blank_image():
    for kind in photographs.LIGHTS:
        paper = photographs.photographed(np.zeros((200, 160)), kind, np.random.default_rng(3))
        assert prepared(paper, Preparation("white", "ink")).max() == 0
        assert prepared(paper, Preparation("white", "page")).shape == (1, 28, 28, 3)


@pytest.mark.parametrize(("degrees", "kind"), [(0, "even"), (5, "slanted"), (-5, "shadow"), (12, "shadow")])
def test_a_page_is_set_straight_and_read_line_by_line(digits, read, degrees, kind):
    rng = np.random.default_rng(7)
    shown = digits[2][:40], digits[3][:40]
    picture = photographs.photographed(photographs.page(shown[0], rng, degrees=degrees), kind, rng)
    images = grey(picture, "white", "page")
    assert len(images) == 40
    assert (read(images) == shown[1]).mean() >= 0.95  # in this order, so lines are not mixed


def test_the_turn_of_a_page_is_found_within_a_degree(digits):
    rng = np.random.default_rng(2)
    for degrees in (-8, -3, 4, 9):
        ink = photographs.page(digits[2][:40], rng, degrees=degrees)
        boxes = [digit.box for digit in pages.digits_of(ink.astype(np.float32), ink > 0.5)]
        assert pages.turn_of(boxes) == pytest.approx(degrees, abs=1)
    assert pages.turn_of(boxes[:4]) == 0


@pytest.mark.parametrize("fit", ["frame", "ink", "page"])
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_steps_begin_with_the_picture_and_say_what_was_done(digits, fit, background):
    picture = photographs.photographed(photographs.drawn(digits[2][0], 4), "even", np.random.default_rng(0))
    images, steps = images_and_steps(picture, Preparation(background, fit))
    assert [step.done for step in steps][:2] == ["as it came", "light on black"]
    assert steps[0].picture is picture
    assert len(steps) >= 3
    if fit == "frame":
        assert (np.asarray(steps[-1].picture) == images[0]).all()


def test_thin_strokes_on_a_large_picture_are_thickened_as_on_a_small_one():
    images = []
    for size in (200, 1_600):
        picture = Image.new("RGBA", (size, size), "white")
        ImageDraw.Draw(picture).ellipse(
            [size // 10, size // 10, size * 9 // 10, size * 9 // 10], outline="black", width=2
        )
        images.append(grey(picture, "white", "ink")[0].astype(float))
    assert np.abs(images[0] - images[1]).mean() < 12
    assert images[1].max() == 255
