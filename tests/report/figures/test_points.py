import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from digitforge.report.figures.points import MARKER, dots, mark_of, overlap, place_labels
from digitforge.report.figures.style import MARKS, OTHER_MARK

RNG = np.random.default_rng(0)


def test_overlap_is_an_area():
    box = Bbox.from_bounds(0, 0, 2, 2)
    assert overlap(box, [Bbox.from_bounds(1, 1, 2, 2), Bbox.from_bounds(5, 5, 1, 1)]) == 1
    assert overlap(box, []) == 0


def labelled(points):
    figure, axis = plt.subplots(figsize=(9, 6))
    axis.plot(*points.T, "o")
    axis.margins(0.1)
    place_labels(axis, [f"model_{i}" for i in range(len(points))], points)
    figure.canvas.draw()
    inside = axis.get_window_extent()
    return [text.get_window_extent() for text in axis.texts], inside, axis


def area_shared(boxes):
    return sum(overlap(box, boxes[:i]) for i, box in enumerate(boxes))


def test_labels_of_28_points_do_not_cover_each_other_and_stay_inside():
    boxes, inside, axis = labelled(RNG.normal(size=(28, 2)))
    assert sorted(text.get_text() for text in axis.texts) == sorted(f"model_{i}" for i in range(28))
    # A label's window extent takes its leader in, if it has one: those may cross.
    plain = [box for box, text in zip(boxes, axis.texts, strict=True) if text.arrow_patch is None]
    assert len(plain) >= 20
    assert area_shared(plain) == pytest.approx(0, abs=len(plain))
    assert all(inside.x0 - 1 < box.x0 and box.x1 < inside.x1 + 1 for box in plain)


@pytest.mark.parametrize("seed", [1, 3])
def test_a_line_to_a_label_passes_points_and_labels(seed):
    boxes, _, axis = labelled(np.random.default_rng(seed).normal(size=(60, 2)))
    at, scale = axis.transData.transform([text.xy for text in axis.texts]), axis.figure.dpi / 72
    far = [i for i, text in enumerate(axis.texts) if text.arrow_patch]
    assert far
    for i in far:
        line = Path([at[i], at[i] + scale * np.array(axis.texts[i].xyann)])
        side = scale * MARKER
        markers = [Bbox.from_bounds(*(at[j] - side / 2), side, side) for j in range(60) if j != i]
        earlier = [box for j, box in enumerate(boxes[:i]) if j not in far]
        assert not any(line.intersects_bbox(box) for box in markers + earlier)


def test_equal_points_get_labels_apart():
    boxes, _, _ = labelled(np.zeros((4, 2)))
    assert area_shared(boxes) == pytest.approx(0, abs=1)


def test_labels_are_the_same_each_time():
    points = RNG.normal(size=(20, 2))
    first, second = (labelled(points)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_no_points_need_no_labels():
    assert labelled(np.zeros((0, 2)))[0] == []


def test_kinds_can_be_told_apart_without_colour():
    marks = [*MARKS.values(), OTHER_MARK]
    assert len({one["marker"] for one in marks}) == len({one["color"] for one in marks}) == len(marks)
    assert mark_of("something else")["marker"] == OTHER_MARK["marker"]


def test_dots_have_their_intervals():
    rows = [{"key": "a", "kind": "VAE"}, {"key": "b", "kind": "GAN"}]
    figure = dots({"x": [{"key": "b", "value": 2.0, "ci95": 0.5}]}, rows, {})
    [bars] = figure.axes[0].containers
    [segment] = bars.lines[2][0].get_segments()
    np.testing.assert_allclose(segment, [[1.5, 1], [2.5, 1]])
    low, high = figure.axes[0].get_ylim()
    assert low > high  # the first on top
