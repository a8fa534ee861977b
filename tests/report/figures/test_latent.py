import numpy as np
import pytest
from matplotlib.colors import to_hex

from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.report.colors import DIGITS, of_classes
from digitforge.report.figures import latent

RNG = np.random.default_rng(0)


def images(*shape):
    return RNG.integers(0, 256, (*shape, 4, 4, 1)).astype(np.uint8)


LABELS = np.array([3, 1, 3, 1, 7, 0])
PLANE = {
    "plane": images(3, 3),
    "plane_axes": np.array([[-1.0, 0, 1], [-4, 0, 4]]),
    "plane_points": np.array([[0.0, 0], [1, 1], [1, 2], [2, -1]], np.float32),
    "plane_images": np.array([0, 1, 2, 3]),
}


def of_data(classes=(), mode="mono-float-complete", **arrays):
    return Dataset(Mode.parse(mode), SourceFacts("digits", classes=classes), arrays)


def names(figure):
    return [text.get_text() for text in figure.axes[0].get_yticklabels()]


def test_points_have_the_colour_of_their_digit_which_stands_at_their_median():
    left, right = latent.latent(PLANE, of_data(y_test=LABELS)).axes
    [points] = left.collections
    assert [to_hex(color) for color in points.get_facecolors()] == [DIGITS[digit] for digit in (3, 1, 3, 1)]
    places = {text.get_text(): text.get_position() for text in left.texts}
    assert places == {"1": pytest.approx((1.5, 0.0)), "3": pytest.approx((0.5, 1.0))}
    # Images stand with their middles at the coordinates that they were decoded from.
    assert right.images[0].get_extent() == [-1.5, 1.5, -6.0, 6.0]
    [dashed] = left.patches
    assert (dashed.get_xy(), dashed.get_width(), dashed.get_height()) == ((-1.5, -6.0), 3.0, 12.0)


def test_stacks_go_by_their_ones_and_classes_have_their_names():
    stacked = of_data(mode="color-float-complete", y_test=LABELS + 120)
    assert {text.get_text() for text in latent.latent(PLANE, stacked).axes[0].texts} == {"1", "3"}
    classes = tuple(f"letter {name}" for name in "abcdefghijkl")
    named = of_data(classes, y_test=LABELS)
    assert {text.get_text() for text in latent.latent(PLANE, named).axes[0].texts} == {"letter b", "letter d"}
    data = of_data(classes, x_test=images(6), y_test=LABELS)
    found = {"interpolations": images(1, 8), "interpolation_images": np.array([[1, 4]])}
    assert names(latent.interpolations(found, data)) == ["letter b to letter h"]


def test_names_of_digits_do_not_lie_on_each_other():
    crowded = np.concatenate([np.zeros((3, 2)), RNG.normal(0, 0.01, (6, 2)), [[0.5, 0.5]]])
    places = latent.pushed_apart(crowded, latent.APART)
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1) + np.eye(10)
    assert distances.min() > 0.999 * latent.APART
    assert places[9].tolist() == [0.5, 0.5]
    assert np.abs(places[:9] - crowded[:9]).max() < 3 * latent.APART


def test_ten_digits_have_ten_colours():
    assert len(set(DIGITS)) == 10
    assert of_classes(3) == of_classes(10) == DIGITS
    assert len(set(of_classes(62))) == 62


def test_traversals_are_named_by_coordinate_and_range():
    found = {"traversals": images(2, 5), "traversal_coordinates": np.array([6, 0])}
    found["traversal_values"] = np.array([[-2.04, 0, 0, 0, 1.96], [0, 0, 0, 0, 1]])
    assert names(latent.traversals(found)) == ["z7: -2.0 to 2.0", "z1: 0.0 to 1.0"]


def test_interpolations_stand_between_their_test_images():
    data = of_data(x_test=images(6), y_test=LABELS)
    found = {"interpolations": images(2, 8), "interpolation_images": np.array([[1, 4], [5, 0]])}
    figure = latent.interpolations(found, data)
    assert names(figure) == ["1 to 7", "0 to 3"]
    picture = figure.axes[0].images[0].get_array()
    assert picture.shape[1] == 10 * 4 + 9 * 2
    np.testing.assert_array_equal(picture[:4, :4, 0], 255 - data["x_test"][1, ..., 0])
    np.testing.assert_array_equal(picture[:4, 6:10, 0], 255 - found["interpolations"][0, 0, ..., 0])
    np.testing.assert_array_equal(picture[:4, -4:, 0], 255 - data["x_test"][4, ..., 0])


def test_interpolations_of_draws_have_no_ends():
    figure = latent.interpolations({"interpolations": images(2, 8)}, of_data())
    assert names(figure) == ["pair 1", "pair 2"]


def test_pictures_are_those_that_the_arrays_allow():
    data = of_data(x_test=images(6), y_test=LABELS)
    assert latent.pictures({}, data) == {}
    assert list(latent.pictures({"by_class": images(2, 10), "interpolations": images(2, 8)}, data)) == [
        "interpolations",
        "classes",
    ]
    assert list(latent.pictures(PLANE, data)) == ["latent"]
