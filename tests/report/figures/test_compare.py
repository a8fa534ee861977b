import numpy as np
import pandas as pd
import pytest
from PIL import Image

from digitforge.data.modes import Mode
from digitforge.report.figures import compare
from digitforge.report.figures.curves import trainings
from digitforge.report.figures.gallery import gallery

RNG = np.random.default_rng(0)


def row(key, kind="VAE", data="mono-binary-complete", **groups):
    half = {"value": 0.9, "ci95": 0.1}
    shares = {"recognised": half, "recall": half, "real": {"recognised": half}}
    model = {"pixels": "dynamic" if key == "b" else "bernoulli"}
    mode = Mode.parse(data)
    return {
        "key": key,
        "kind": kind,
        "data": mode,
        "stacked": mode.color,
        "model": model,
        "details": {"samples": shares, **groups},
    }


def at_noise(value):
    numbers = {name: {"value": value, "ci95": 0.1} for name in ("psnr_db", "ssim")}
    return {"levels": {"0.5": dict.fromkeys(("model", "median", "noisy"), numbers)}}


def images(channels=1):
    return RNG.integers(0, 256, (10, 28, 28, channels)).astype(np.uint8)


def test_complete_models_of_single_digits_come_first():
    modes = ["mono-float-complete", "mono-binary-missing", "color-binary-complete"]
    rows = [row(mode, data=mode) for mode in modes]
    assert [one["key"] for one in compare.complete(rows)] == modes[:1]
    assert [one["key"] for one in compare.complete(rows[1:])] == modes[1:2]
    assert [one["key"] for one in compare.complete(rows[2:])] == modes[2:]


def test_the_best_denoisers_have_the_data_of_the_best():
    rows = [row(str(i), denoising=at_noise(i)) for i in range(9)]
    rows.append(row("other", data="mono-float-complete", denoising=at_noise(7.5)))
    assert [one["key"] for one in compare.best_denoisers(rows, "0.5")] == ["8", "7", "6", "5", "4"]


def test_only_charts_that_have_numbers_are_drawn(tmp_path):
    assert compare.draw([row("gan", "GAN")], {}, {}, "0.5", 8, tmp_path) == ["overview", "samples"]
    names = compare.draw([row("a", denoising=at_noise(9))], {}, {}, "0.5", 8, tmp_path)
    assert names == ["overview", "samples", "denoising", "denoising-levels"]
    assert {path.stem for path in tmp_path.iterdir()} == set(names)


def test_a_gallery_for_each_kind(tmp_path):
    rows = [row("a"), row("b", "GAN"), row("c", "GAN", "color-binary-complete")]
    samples = {"a": images(), "b": images(), "c": images(3)}
    real = {rows[0]["data"]: images(), rows[2]["data"]: images(3)}
    assert compare.galleries(rows, samples, real, tmp_path) == {"gallery-vae": "VAE", "gallery-gan": "GAN"}
    heights = {}
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            heights[path.stem] = picture.height
    assert heights["gallery-gan"] == pytest.approx(2 * heights["gallery-vae"], rel=0.1)


def test_a_gallery_shows_every_image_in_its_row_and_every_name_in_full():
    names = ["short", "a_very_long_name_of_a_variant_of_a_user"]
    figure = gallery({name: images() for name in names})
    figure.canvas.draw()
    [axes] = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == names
    assert all(text.get_window_extent().x0 >= 0 for text in axes.get_yticklabels())
    height, width, _ = axes.images[0].get_array().shape
    assert width == 10 * 28 + 9 * 2
    assert height == 2 * 28 + 6


def test_a_row_of_fewer_images_ends_early():
    ink = np.full((10, 28, 28, 1), 255, np.uint8)
    [axes] = gallery({"six": ink[:6], "ten": ink}).axes
    picture = np.asarray(axes.images[0].get_array())
    upper, lower = picture[:28], picture[-28:]
    assert np.array_equal(upper[:, : 6 * 30], lower[:, : 6 * 30])
    assert (upper[:, 6 * 30 :] == 255).all()
    assert (lower[:, -28:] == 0).all()


def test_a_chart_of_trainings_for_each_kind_has_a_line_a_variant(tmp_path, monkeypatch):
    history = pd.DataFrame({"step": range(1, 21), "val_loss": np.linspace(9, 1, 20)})
    rows = [row("a"), row("b"), row("c", "GAN"), row("d", data="mono-float-missing"), row("e")]
    drawn = []
    monkeypatch.setattr(compare, "trainings", lambda panels: drawn.append(panels) or trainings(panels))
    written = compare.training(rows, dict.fromkeys("abcde", history), 8, tmp_path)
    assert written == {"training-vae": "VAE", "training-gan": "GAN"}
    assert {path.stem for path in tmp_path.iterdir()} == set(written)
    # Losses that don't compare stand in different panels.
    assert {title: list(panel) for title, panel in drawn[0].items()} == {
        "Single digits, thresholded: cross-entropy": ["a", "e"],
        "Single digits, thresholded: pixels drawn anew": ["b"],
        "Single digits, grey, trained without the 8: cross-entropy": ["d"],
    }


def test_trainings_that_reach_below_0_have_a_linear_scale():
    history = pd.DataFrame({"step": range(1, 21), "val_loss": np.linspace(9, 1, 20)})
    figure = trainings(
        {"one": {"a": history, "b": history.assign(val_loss=-1.0)}, "two": {"d": history}, "three": {"e": history}}
    )
    first, second, _ = figure.axes
    assert [line.get_label() for line in first.lines] == ["a", "b"]
    assert first.lines[0].get_xdata()[0] == 3  # after the first tenth
    assert (first.get_yscale(), second.get_yscale()) == ("linear", "log")
    assert {axis.get_xscale() for axis in figure.axes} == {"log"}
