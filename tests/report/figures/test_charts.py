import numpy as np

from digitforge.data.modes import Mode
from digitforge.report.colors import GREY
from digitforge.report.figures import charts

RNG = np.random.default_rng(0)


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


def test_class_shares_are_a_row_of_percentages_a_variant():
    data = shares("ae", "vae")
    figure = charts.class_shares(data, tuple("0123456789"))
    axes, bar = figure.axes
    assert ticks(axes.yaxis) == ["ae", "vae"]
    assert ticks(axes.xaxis) == list("0123456789")
    [image] = axes.images
    for i, found in enumerate(data.values()):
        apart = 100 * (np.array(found["class_shares"]) - found["trained_class_shares"])
        np.testing.assert_allclose(image.get_array()[i], apart)
        written = [text.get_text() for text in axes.texts[10 * i : 10 * i + 10]]
        assert written == [f"{100 * share:.1f}" for share in found["class_shares"]]
    assert image.get_clim() == (-6, 6)
    assert "training data" in bar.get_ylabel()


def variant(key, kind, data="mono-binary-complete", **groups):
    mode = Mode.parse(data)
    return {"key": key, "kind": kind, "data": mode, "stacked": mode.color, "details": groups}


def estimate(value, ci95=0.1):
    return {"value": value, "ci95": ci95}


def drawn(recognised, recall, real=None):
    found = {"recognised": estimate(recognised), "recall": estimate(recall), "predictability": estimate(0.123)}
    return {**found, "real": {"recognised": estimate(0.95), "recall": estimate(0.94)} if real is None else real}


def places(axes):
    return sorted(tuple(one.get_xydata()[0]) for one in axes.lines if len(one.get_xydata()) == 1)


def test_the_overview_has_a_line_a_variant_and_a_panel_a_number():
    rows = [
        variant("ae", "autoencoder", reconstruction={"right": estimate(0.9)}, samples=drawn(0.8, 0.3)),
        variant("gan", "GAN", samples=drawn(0.9, 0.7)),
    ]
    figure = charts.overview(rows)
    assert [title(axes) for axes in figure.axes] == [
        "Samples recognised (%)",
        "Reconstructed right (%)",
        "Recall of samples",
    ]
    recognised, right, recall = figure.axes
    assert ticks(recognised.yaxis) == ["ae", "gan"]
    assert places(recognised) == [(80, 0), (90, 1), (95, 0), (95, 1)]  # test images beside both
    assert places(right) == [(90, 0)]
    assert places(recall) == [(0.3, 0), (0.7, 1)]
    assert legend(figure) == ["autoencoder", "GAN", "test images"]


def test_samples_lie_at_what_is_recognised_and_recall_with_names_of_real_images_and_peers():
    rows = [variant("ae", "autoencoder", samples=drawn(0.8, 0.3)), variant("gan", "GAN", samples=drawn(0.9, 0.7))]
    rows.append(variant("stack", "GAN", "color-binary-complete", samples=drawn(0.7, 0.6)))
    figure = charts.samples(rows, {"peer": drawn(0.6, 0.4)})
    single, stacks = figure.axes
    assert places(single) == [(60, 0.4), (80, 0.3), (90, 0.7), (95, 0.94)]
    assert places(stacks) == [(70, 0.6), (95, 0.94)]
    assert {text.get_text() for text in single.texts} == {"ae", "gan", "real, thresholded", "peer"}
    assert legend(figure) == ["autoencoder", "GAN", "real images", "other libraries"]


def test_samples_without_the_numbers_of_real_images():
    figure = charts.samples([variant("ae", "autoencoder", samples=drawn(0.8, 0.3, real={"recall": estimate(0.9)}))], {})
    assert places(figure.axes[0]) == [(80, 0.3)]


def test_denoised_images_are_sorted_and_stand_beside_filter_and_noise():
    def noisy(model, median, image):
        kinds = {"model": model, "median": median, "noisy": image}
        return {"levels": {"0.5": {k: {"psnr_db": estimate(v), "ssim": estimate(v / 100)} for k, v in kinds.items()}}}

    rows = [
        variant("low", "VAE", denoising=noisy(10, 13, 9)),
        variant("high", "autoencoder", denoising=noisy(20, 13, 9)),
    ]
    figure = charts.denoised(rows, "0.5")
    assert ticks(figure.axes[0].yaxis) == ["high", "low"]
    assert places(figure.axes[0]) == [(9, 0), (9, 1), (10, 1), (13, 0), (13, 1), (20, 0)]
    ssim = [(0.09, 0), (0.09, 1), (0.1, 1), (0.13, 0), (0.13, 1), (0.2, 0)]
    np.testing.assert_allclose(places(figure.axes[1]), ssim)
    assert legend(figure) == ["autoencoder", "VAE", "median filter", "noisy image"]


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


def compressed(key, size, psnr, data="mono-binary-complete"):
    return variant(key, "VAE", data, compression={"codes": {"8": code(size, psnr), "4": code(1, 1)}, "codecs": CODECS})


def test_compression_shows_codes_by_their_entropy_and_codecs_by_their_payload():
    rows = [
        compressed("ae", 4.5, 14.0),
        compressed("vae", 20.0, 18.0),
        compressed("grey", 9, 15, "mono-float-complete"),
    ]
    figure = charts.compression(rows, 8)
    left, right = figure.axes
    assert [title(axes) for axes in figure.axes] == ["Single digits, thresholded", "Single digits, grey"]
    # What is much better than any code, or exact, is left out: it would press the codes together.
    assert places(left) == [(4.5, 14.0), (20.0, 18.0), (60.0, 21.0), (90.0, 20.0)]
    assert places(right) == [(9, 15), (60.0, 21.0), (90.0, 20.0)]
    assert [one.get_color() for one in left.lines[:2]] == [GREY, GREY]
    assert {"JPEG", "WebP", "ae", "vae"} == {text.get_text() for text in left.texts}
    assert left.get_xlabel() == "bytes an image"


def test_bytes_are_on_a_logarithmic_scale_with_plain_numbers():
    figure = charts.compression([compressed("ae", 4.5, 14.0), compressed("vae", 120.0, 18.0)], 8)
    [axes] = figure.axes
    assert axes.get_xscale() == "log"
    assert axes.get_yscale() == "linear"
    figure.canvas.draw()
    assert ticks(axes.xaxis) == ["5", "10", "20", "50", "100"]
    assert axes.xaxis.get_minorticklocs().tolist() == []


def test_every_point_lies_within_the_chart():
    [axes] = charts.compression([compressed("ae", 4.5, 14.0), compressed("vae", 20.0, 18.0)], 8).axes
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
    assert title(axes) == "AUROC of chosen for each left-out class"


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
