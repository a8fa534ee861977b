import numpy as np

from digitforge.data.nondigits.disturbances import DISTURBANCES, LEVELS
from digitforge.report.figures import judge

RNG = np.random.default_rng(0)
METRICS = ("fid", "kid", "precision", "recall", "density", "coverage_prdc")


def test_every_kind_has_a_row_of_images_and_the_shares_that_each_verifier_accepts(monkeypatch):
    monkeypatch.setattr(judge, "gallery", lambda rows, side_by_side: rows)
    kinds = {"left_by_right": {"plain": 0.664, "strict": 0.261}, "noise": {"plain": 1.0, "strict": 0.004}}
    images = {name: RNG.integers(0, 256, (24, 28, 28, 1)).astype(np.uint8) for name in kinds}
    rows = judge.nondigits(kinds, images)
    assert list(rows) == ["left by right: 66 → 26 %", "noise: 100 → 0 %"]
    for row, shown in zip(rows.values(), images.values(), strict=True):
        np.testing.assert_array_equal(row, shown[: judge.EXAMPLES])
    monkeypatch.undo()
    figure = judge.nondigits(kinds, images)
    assert [text.get_text() for axes in figure.axes for text in axes.get_yticklabels()] == list(rows)


def curves():
    """{verifier: {disturbance: {metric: values}}}, all different."""
    return {
        verifier: {
            name: {metric: (RNG.random(len(LEVELS)) * (40 if metric == "fid" else 1)).tolist() for metric in METRICS}
            for name in DISTURBANCES
        }
        for verifier in ("plain", "strict")
    }


def test_each_distance_stands_against_the_strength_of_each_disturbance():
    found = curves()
    figure = judge.disturbances(found, LEVELS)
    panels = np.array(figure.axes).reshape(len(judge.DISTANCES), len(DISTURBANCES))
    assert [axes.get_title(loc="left") for axes in panels[0]] == list(DISTURBANCES)
    assert [axes.get_ylabel() for axes in panels[:, 0]] == ["FID", "KID", "precision", "recall", "coverage"]
    for row, metric in zip(panels, judge.DISTANCES, strict=True):
        for axes, name in zip(row, DISTURBANCES, strict=True):
            drawn = {line.get_label(): line for line in axes.lines}
            assert set(drawn) == {"plain", "strict"}
            for verifier, line in drawn.items():
                values = found[verifier][name][metric]
                # FID and KID have no upper bound: they are shares of their greatest value.
                top = max(values) if metric in ("fid", "kid") else 1
                np.testing.assert_allclose(line.get_ydata(), np.array(values) / top)
                np.testing.assert_array_equal(line.get_xdata(), LEVELS)
    [legend] = figure.legends
    names = {text.get_text() for text in legend.get_texts()}
    assert names == {"features of the plain verifier", "features of the strict verifier"}


def test_distances_that_are_nothing_are_drawn_at_nothing():
    flat = {name: {metric: [0.0] * len(LEVELS) for metric in METRICS} for name in DISTURBANCES}
    figure = judge.disturbances({"strict": flat}, LEVELS)
    assert all(np.all(line.get_ydata() == 0) for axes in figure.axes for line in axes.lines)
