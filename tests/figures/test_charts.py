import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from stages.figures import charts
from stages.figures.style import BLUE, GREY, ORANGE

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def closed():
    """Each figure that a test leaves can be drawn without a warning; none outlives it."""
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def legend(figure):
    [found] = figure.legends
    return [text.get_text() for text in found.get_texts()]


def line(axes, name):
    [found] = [one for one in axes.lines if one.get_label() == name]
    return found


def title(axes):
    return axes.get_title(loc="left")


def ticks(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def shares(*names):
    fields = ("class_shares", "trained_class_shares")
    return {name: {field: RNG.dirichlet(np.ones(10)).tolist() for field in fields} for name in names}


def levels(*names, deviations=("0.1", "0.5", "1.0")):
    """Every number differs from every other."""
    values = iter(RNG.permutation(1000) / 10)

    def estimates():
        return {metric: {"value": float(next(values)), "ci95": 0.5} for metric in ("psnr_db", "ssim")}

    return {
        name: {d: {kind: estimates() for kind in ("model", "median", "noisy")} for d in deviations} for name in names
    }


def code(size, psnr):
    return {"entropy_bytes": {"value": size, "ci95": 0.1}, "psnr_db": {"value": psnr, "ci95": 0.1}, "bytes": 1000.0}


def codec(name, size, psnr):
    return {"codec": name, "payload_bytes": {"value": size, "ci95": 1.0}, "psnr_db": {"value": psnr, "ci95": 0.1}}


CODES = {"ae": {"8 bits": code(4.5, 14.0), "4 bits": code(2.2, 13.0)}, "vae": {"8 bits": code(20.0, 18.0)}}
CODECS = [
    codec("JPEG", 90.0, 20.0),
    codec("JPEG", 200.0, 30.0),
    codec("WebP", 60.0, 21.0),
    codec("WebP", 180.0, 100.0),  # exact
    codec("PNG", 220.0, 100.0),
]
AUROC = {"0": (0.9, 0.02), "1": (0.3, 0.04), "8": (0.7, 0.01)}
LEFT_OUT = {
    digit: {
        "negative_elbo": {"auroc": {"value": 0.1, "ci95": 0.5}},
        "chosen": {"auroc": {"value": value, "ci95": error}},
    }
    for digit, (value, error) in AUROC.items()
}


@pytest.mark.parametrize("names", [["ae"], ["ae", "vae", "other"]])
def test_class_shares_are_bars_in_percent_in_a_panel_a_variant(names):
    data = shares(*names)
    figure = charts.class_shares(data)
    assert [title(axes) for axes in figure.axes] == names
    for axes in figure.axes:
        bars = axes.patches
        np.testing.assert_allclose([b.get_height() for b in bars], [100 * p for p in data[title(axes)]["class_shares"]])
        np.testing.assert_allclose([b.get_x() + b.get_width() / 2 for b in bars], range(10), atol=1e-9)
        assert {to_hex(bar.get_facecolor()).upper() for bar in bars} == {BLUE}
        assert axes.get_xlabel() == "digit"
        assert ticks(axes.xaxis) == list("0123456789")
        assert axes.get_ylim() == figure.axes[0].get_ylim()
    assert figure.axes[0].get_ylabel() == "% of images"
    assert sorted(legend(figure)) == ["samples", "training data"]


def test_the_training_data_is_a_step_over_each_digit():
    data = shares("ae", "vae")
    for axes in charts.class_shares(data).axes:
        steps = line(axes, "training data")
        assert steps.get_drawstyle() == "steps-post"
        assert steps.get_color() == ORANGE
        x, y = steps.get_data()
        for digit, share in enumerate(data[title(axes)]["trained_class_shares"]):
            # Level from a half before the digit to a half after it.
            before = [i for i, start in enumerate(x) if start <= digit][-1]
            assert x[before] == digit - 0.5
            assert x[before + 1] == digit + 0.5
            assert y[before] == pytest.approx(100 * share)
        assert y[-1] == y[-2]


def test_denoising_shows_each_model_the_median_filter_and_the_noisy_image():
    data = levels("ae", "vae")
    figure = charts.denoising_curves(data)
    assert [title(axes) for axes in figure.axes] == ["PSNR (dB)", "SSIM"]
    for axes, metric in zip(figure.axes, ("psnr_db", "ssim"), strict=True):
        assert axes.get_xlabel() == "deviation of the noise"
        rows = {name: (name, "model") for name in data}
        rows |= {"median filter": ("ae", "median"), "noisy image": ("ae", "noisy")}
        assert [one.get_label() for one in axes.lines] == list(rows)
        for name, (variant, kind) in rows.items():
            x, y = line(axes, name).get_data()
            assert list(x) == [0.1, 0.5, 1.0]
            assert list(y) == [data[variant][deviation][kind][metric]["value"] for deviation in data[variant]]
    assert legend(figure) == ["ae", "vae", "median filter", "noisy image"]


def test_lines_of_denoising_can_be_told_apart():
    names = [f"v{i}" for i in range(8)]
    for axes in charts.denoising_curves(levels(*names)).axes:
        assert len({(one.get_color(), one.get_linestyle()) for one in axes.lines}) == 10
        assert [one.get_label() for one in axes.lines if one.get_color() == GREY] == ["median filter", "noisy image"]


def test_denoising_at_one_level():
    figure = charts.denoising_curves(levels("ae", deviations=("0.25",)))
    assert line(figure.axes[0], "ae").get_xdata().tolist() == [0.25]


def test_compression_shows_codes_by_their_entropy_and_codecs_by_their_payload():
    figure = charts.compression_curves(CODES, CODECS)
    [axes] = figure.axes
    assert title(axes) == "PSNR (dB) of what fits in so many bytes"
    assert axes.get_xlabel() == "bytes an image"
    points = {one.get_label(): one.get_xydata().tolist() for one in axes.lines}
    assert points["ae"] == [[4.5, 14.0], [2.2, 13.0]]
    assert points["vae"] == [[20.0, 18.0]]
    assert points["JPEG"] == [[90.0, 20.0], [200.0, 30.0]]
    assert all(one.get_marker() not in ("", "None") for one in axes.lines)
    assert len({one.get_marker() for one in axes.lines if one.get_color() == GREY}) == 2


def test_exact_copies_are_not_in_the_chart_of_compression():
    figure = charts.compression_curves(CODES, CODECS)
    assert line(figure.axes[0], "WebP").get_xydata().tolist() == [[60.0, 21.0]]
    assert legend(figure) == ["ae", "vae", "JPEG", "WebP"]


def test_bytes_are_on_a_logarithmic_scale_with_plain_numbers():
    figure = charts.compression_curves(CODES, CODECS)
    [axes] = figure.axes
    assert axes.get_xscale() == "log"
    assert axes.get_yscale() == "linear"
    figure.canvas.draw()
    low, high = axes.get_xlim()
    shown = dict(zip(axes.get_xticks(), ticks(axes.xaxis), strict=True))
    assert {10, 50, 100} <= {tick for tick in shown if low <= tick <= high}
    assert all(text == str(int(tick)) for tick, text in shown.items())
    assert axes.xaxis.get_minorticklocs().tolist() == []


def test_every_point_lies_within_the_chart():
    [axes] = charts.compression_curves(CODES, CODECS).axes
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    for x, y in np.concatenate([one.get_xydata() for one in axes.lines]):
        assert left < x < right
        assert bottom < y < top


def test_left_out_digits_have_points_with_their_intervals():
    figure = charts.left_out_digits(LEFT_OUT, "chosen")
    [axes] = figure.axes
    [bars] = axes.containers
    points, caps, [intervals] = bars.lines
    assert points.get_xdata().tolist() == [0, 1, 2]
    assert points.get_ydata().tolist() == [value for value, _ in AUROC.values()]
    assert len(caps) == 2
    for segment, x, (value, error) in zip(intervals.get_segments(), range(3), AUROC.values(), strict=True):
        np.testing.assert_allclose(segment, [[x, value - error], [x, value + error]])
    assert ticks(axes.xaxis) == ["0", "1", "8"]
    assert title(axes) == "AUROC of chosen for each left-out digit"


def test_left_out_digits_show_what_guessing_gets():
    [axes] = charts.left_out_digits(LEFT_OUT, "chosen").axes
    [dashed] = [one for one in axes.lines if one.get_linestyle() == "--"]
    assert set(dashed.get_ydata()) == {0.5}
    assert [text.get_text() for text in axes.texts] == ["guessing"]
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] >= 1
    low, high = axes.get_xlim()
    assert low < 0
    assert high > 2


def test_one_left_out_digit():
    [axes] = charts.left_out_digits({"8": LEFT_OUT["8"]}, "chosen").axes
    assert ticks(axes.xaxis) == ["8"]
