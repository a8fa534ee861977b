"""The explorer's logic, without a browser."""

import shutil
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileData
from PIL import Image, ImageDraw

from digitforge import files
from digitforge.data import image_files
from digitforge.data.modes import Mode
from digitforge.data.preparation import Preparation
from digitforge.data.raw import DIGITS
from digitforge.errors import UserError
from digitforge.explorer.coordinates import activity, axes, between, with_label
from digitforge.explorer.drawing import as_models_take, is_empty
from digitforge.explorer.parts import VariantList
from digitforge.explorer.pictures import code_chart, interleaved, reading_chart, score_chart, sheet
from digitforge.explorer.shelf import Shelf
from digitforge.explorer.tabs import compare, draw, generate, interpolate, move
from digitforge.reading import answer

RNG = np.random.default_rng(0)


def decode(z):
    """Images of 2x2: coordinate 2 shows most, coordinate 0 half as much, the others nothing."""
    return np.stack([z[:, 2], z[:, 0] / 2, 0 * z[:, 0], 0 * z[:, 0]], axis=1).reshape(-1, 2, 2, 1)


def drawing(box, size=280, ink="black", paper=(0, 0, 0, 0)):
    picture = Image.new("RGBA", (size, size), paper)
    ImageDraw.Draw(picture).rectangle(box, fill=ink)
    return picture


def test_axes_begin_with_the_coordinate_that_changes_most_and_leave_labels_out():
    known = RNG.standard_normal((500, 4))
    found = axes(known, decode, 0)
    assert list(found.order[:2]) == [2, 0]
    assert activity(known, decode)[1] == activity(known, decode)[3] == 0
    assert list(axes(known, decode, 1).order) == [2, 1, 3]
    assert found.low == pytest.approx(np.percentile(known, 1, axis=0))


def test_a_coordinate_that_never_changes_has_room_all_the_same():
    found = axes(np.zeros((10, 3)), decode, 0)
    assert (found.low == -1).all()
    assert (found.high == 1).all()


def test_a_label_is_one_hot_at_the_front():
    code = np.array([1, 0, 0, 0.5, -0.5], np.float32)
    assert with_label(code, 2, 3).tolist() == [0, 0, 1, 0.5, -0.5]
    assert with_label(code, None, 3) is code


def test_between_is_a_straight_line_with_both_ends():
    line = between(np.array([0.0, 2.0], np.float32), np.array([1.0, 0.0], np.float32), 3)
    assert line.tolist() == [[0, 2], [0.5, 1], [1, 0]]


def test_a_slider_holds_codes_beyond_its_ends_and_there_is_none_beyond_the_last():
    found = axes(RNG.standard_normal((500, 4)), decode, 0)
    first = move.slider(found, np.array([0, 0, 99, 0]), 0)
    assert first["label"] == "z 2"
    assert first["value"] == first["maximum"] >= found.high[2]
    assert 0 < first["step"] < 0.1
    assert move.slider(found, np.zeros(4), 4)["visible"] is False


AS_SEEN = Preparation()


def model(data="mono-float-complete", preparation=AS_SEEN):
    """What preparing a drawing asks of a variant."""
    mode = Mode.parse(data)
    return SimpleNamespace(data=mode, binary=mode.binary, preparation=preparation)


def taken(picture, of=None, *, to_ink, background=None):
    """What a model takes of an editor that shows a picture, drawn on `background` or uploaded."""
    drawn = {"composite": picture, "background": background or picture}
    return as_models_take(drawn, of or model(), to_ink=to_ink)[0]


def test_dark_ink_on_transparent_or_white_paper_becomes_light_ink_in_the_middle():
    for paper in ((0, 0, 0, 0), "white"):
        image = taken(drawing((20, 20, 60, 140), paper=paper), to_ink=True)
        assert image.shape == (28, 28, 1)
        rows, columns = np.nonzero(image[..., 0] > 128)
        assert (rows.min(), rows.max()) == (4, 23)
        assert (columns.min() + columns.max()) / 2 == pytest.approx(13.5, abs=1)
    light = drawing((20, 20, 60, 140), ink="white", paper="black")
    assert np.abs(taken(light, to_ink=True).astype(int) - image).max() <= 1


def test_without_fitting_the_ink_stays_where_it_is():
    image = taken(drawing((0, 140, 139, 279)), model("mono-binary-complete"), to_ink=False)
    assert set(np.unique(image)) == {0, 255}
    assert image[14:, :14].all()
    assert not image[:14].any()


def test_a_stack_gets_the_digit_thrice_and_pictures_in_colour_keep_their_colours():
    stack = taken(drawing((20, 20, 60, 140)), model("color-float-complete"), to_ink=True)
    assert np.array_equal(stack[..., 0], stack[..., 2])
    of_pictures = model("color-float-complete", Preparation("black", "frame"))
    red = taken(drawing((90, 90, 190, 190), ink="red", paper="white"), of_pictures, to_ink=False)
    assert red[14, 14].tolist() == [255, 0, 0]
    assert red[0, 0].tolist() == [255, 255, 255]


def test_what_is_drawn_is_ink_on_paper_whatever_the_training_images_are_on():
    of_pictures = model(preparation=Preparation("black", "frame"))
    for paper in (draw.PAPER, Image.new("RGBA", (280, 280))):
        image = taken(drawing((0, 140, 139, 279), paper="white"), of_pictures, to_ink=False, background=paper)
        assert image[15:, :13].min() > 250
        assert image[:13].max() < 5


def test_a_binary_model_sees_red_ink_on_black():
    red = drawing((20, 20, 60, 140), ink=(200, 0, 0), paper="black")
    assert taken(red, model("mono-binary-complete"), to_ink=False).max() == 255


def test_an_empty_canvas_is_no_image():
    empty = Image.new("RGBA", (280, 280))
    assert is_empty(None)
    assert is_empty({"composite": None})
    assert is_empty({"composite": empty})
    assert not is_empty({"composite": drawing((20, 20, 60, 140))})
    with pytest.raises(UserError, match="picture is empty"):
        taken(empty, to_ink=True)


def test_a_large_upload_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(image_files, "MOST_PIXELS", 5_000)
    Image.new("L", (100, 60)).save(tmp_path / "large.png")
    with pytest.raises(gr.Error, match="the upload: received 100 x 60 pixels; accepted: PNG"):
        draw.uploaded(FileData(path=str(tmp_path / "large.png")))
    with pytest.raises(gr.Error, match="the upload: can't be read as an image"):
        draw.uploaded(b"no image")
    assert draw.uploaded(None) is None


def test_a_sheet_enlarges_without_blur():
    image = np.zeros((1, 2, 2, 1), np.uint8)
    image[0, 0, 0] = 255
    picture = sheet(image, 1)
    side = len(picture) // 2
    assert len(picture) >= 1000
    assert (picture[:side, :side] == 0).all()  # ink is dark
    assert (picture[side:] == 255).all()


def test_interleaved_images_have_each_row_below_its_originals():
    above, below = np.arange(4)[:, None], 10 + np.arange(4)[:, None]
    assert interleaved(above, below, 2)[:, 0].tolist() == [0, 1, 10, 11, 2, 3, 12, 13]


def test_charts_say_what_they_are_given():
    axes = reading_chart(np.eye(10)[[3]] * 0.75, DIGITS).axes[0]
    assert [bar.get_height() for bar in axes.patches] == [0, 0, 0, 75, 0, 0, 0, 0, 0, 0, 25]
    assert [text.get_text() for text in axes.get_xticklabels()] == [*map(str, range(10)), "no digit"]
    assert len(reading_chart(np.eye(10)[[3, 1, 2]], DIGITS).axes[0].patches) == 33
    marked = score_chart(np.linspace(0, 1, 200), 0.25).axes[0].lines[0]
    assert marked.get_xdata()[0] == 0.25
    points = code_chart(np.array([0.5, 2]), np.array([-1, -1]), np.array([1, 1])).axes[0].lines[0]
    assert points.get_ydata().tolist() == [0.5, 2]


def test_the_tally_counts_what_is_recognised():
    labels, beliefs = np.array([3, 3, 5, 5]), np.array([0.9, 0.7, 0.8, 1.0])
    assert "**3 of 4**" in generate.tally(labels, beliefs, 0.8, str, None)
    assert "1 × 3, 2 × 5" in generate.tally(labels, beliefs, 0.8, str, None)
    assert "2 of them as 5" in generate.tally(labels, beliefs, 0.8, str, 5)
    assert "27 different ones" in generate.tally(np.arange(27), np.ones(27), 0.5, str, None)


def test_classes_have_their_names_in_charts_and_sentences():
    names = ["cat", "dog", "a long name indeed"]
    axes = reading_chart(np.array([[0.2, 0.7, 0.0]]), names).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["cat", "dog", "a long nam", "none"]
    assert [round(bar.get_height()) for bar in axes.patches] == [20, 70, 0, 10]
    assert "1 × cat, 2 × dog" in generate.tally(np.array([1, 0, 1]), np.ones(3), 0.5, names.__getitem__, None)
    assert "**none of its classes**. Its belief in dog" in answer("dog", 0.3, 0.5, digits=False)


def test_of_many_classes_the_likeliest_are_charted():
    probabilities = np.arange(26)[None] / 325
    axes = reading_chart(probabilities, [chr(97 + i) for i in range(26)]).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == [*"qrstuvwxyz", "none"]


def test_nothing_trained_is_an_empty_list(tmp_path, project):
    (tmp_path / "params.yaml").write_text((project / "params.yaml").read_text())
    shelf = Shelf(tmp_path)
    assert shelf.trained() == shelf.encoders() == []
    assert shelf.source() is None
    with pytest.raises(UserError, match="no variant is chosen"):
        shelf.variant(None)


@pytest.mark.parametrize("kept", [0, 1000])
def test_a_variant_whose_file_is_cut_short_is_not_offered(project, tmp_path, kept):
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    whole = copy / files.SAMPLES / "tiny.npz"
    (copy / files.SAMPLES / "labelled.npz").write_bytes(whole.read_bytes()[:kept])
    shelf = Shelf(copy)
    assert shelf.trained() == shelf.encoders() == [("Tiny vae (tiny)", "tiny")]


def test_the_page_begins_with_the_best_vae(project, tmp_path):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    params = files.read_json(tmp_path / "params.yaml")
    rule = {"metric": "samples.fid", "data": params["variants"]["tiny"]["data"]}
    params["tracking"]["champion"] = {"vae": rule}
    files.write_json(tmp_path / "params.yaml", params)
    shelf = Shelf(tmp_path)
    assert shelf.favourite() is None
    files.write_json(tmp_path / files.METRICS / "tiny.json", {"samples": {"fid": 3.0}})
    assert shelf.favourite() == "tiny"


@pytest.mark.parametrize(
    ("favourite", "first", "second"), [(None, "a", "b"), ("b", "b", "a"), ("untrained", "a", "b"), ("c", "c", "a")]
)
def test_two_lists_begin_with_two_variants(favourite, first, second):
    offered = [(key.upper(), key) for key in "abc"]
    assert VariantList(None, lambda: offered).filled(favourite)["value"] == first
    assert VariantList(None, lambda: offered, second=True).filled(favourite)["value"] == second
    assert VariantList(None, lambda: offered[:1], second=True).filled(favourite)["value"] == "a"
    assert VariantList(None, list).filled(favourite)["value"] is None


def read_by(shelf, image):
    """What the verifier reads in a thresholded image, and its belief."""
    labels, beliefs, _ = shelf.verifier().read(shelf.variant("tiny").as_shown(image[None]))
    return str(labels[0]), float(beliefs[0])


def test_the_threshold_is_that_of_the_variants_channels_and_values(project):
    shelf = Shelf(project)
    thresholds = files.read_json(project / files.VERIFIER / "strict" / "judge.json")["thresholds"]
    found = [shelf.threshold(key) for key in ("tiny", "labelled", "game")]
    assert found == [thresholds["binary"]["1"], thresholds["float"]["1"], thresholds["float"]["3"]]
    assert len(set(found)) == 3


def test_every_tab_answers(project):
    shelf = Shelf(project)
    assert shelf.trained() == shelf.encoders() == [("Tiny vae (tiny)", "tiny")]
    code, _, _, made, *_ = move.random_code(shelf, "tiny", -1, 0)
    # From one end to the other: a random code may lie where a step changes no thresholded pixel.
    (_, before, _, _), (moved, after, text, last) = (move.move(shelf, 0, "tiny", code, 0, end) for end in (-10.0, 10.0))
    assert np.sum(moved != code) == 1
    assert not np.array_equal(before, after)
    assert text == answer(*read_by(shelf, last["image"]), shelf.threshold("tiny"))
    assert made["image"].shape == (28, 28, 1)
    strip, _, made = interpolate.interpolate(shelf, "tiny", interpolate.TEST, 0, 1, 5)
    assert made["images"].shape == (5, 28, 28, 1)
    assert strip.shape[1] > 6 * strip.shape[0]
    _, text, made = generate.generate(shelf, "tiny", 20, 3, -1)
    assert len(made["images"]) == 20
    assert "of 20" in text
    *_, made = compare.compare(shelf, "tiny", "tiny", compare.RECONSTRUCTIONS, 10, 0)
    assert np.array_equal(made["a_tiny"], made["b_tiny"])


def test_an_emptied_number_counts_as_0(project):
    shelf, task = Shelf(project), compare.SAMPLES
    for empty, zero in (
        (generate.generate(shelf, "tiny", 4, None, -1), generate.generate(shelf, "tiny", 4, 0, -1)),
        (compare.compare(shelf, "tiny", "tiny", task, 4, None), compare.compare(shelf, "tiny", "tiny", task, 4, 0)),
        (
            interpolate.interpolate(shelf, "tiny", interpolate.TEST, None, None, 5),
            interpolate.interpolate(shelf, "tiny", interpolate.TEST, 0, 0, 5),
        ),
        (move.from_test_image(shelf, "tiny", None, 0)[1:3], move.from_test_image(shelf, "tiny", 0, 0)[1:3]),
    ):
        np.testing.assert_array_equal(empty[0], zero[0])


def test_a_stranger_image_has_a_higher_percentile(project):
    shelf = Shelf(project)
    picture = Image.fromarray(shelf.test_images("tiny")[0, ..., 0])
    editor = {"composite": picture, "background": picture}
    *pictures, _, text, _, _, _, made = draw.examine(shelf, "tiny", editor, False, 0.5)
    assert all(picture.shape[2] == 3 for picture in pictures)
    assert "Anomaly score" in text
    assert text.endswith(answer(*read_by(shelf, made["seen"]), shelf.threshold("tiny")))
    assert 0 <= made["percentile"] <= 100
    assert np.array_equal(made["seen"], shelf.test_images("tiny")[0])  # of the size of the models' images it is kept
    assert draw.examine(shelf, "tiny", {"composite": Image.new("RGBA", (9, 9))}, True, 0.5)[5] == draw.INVITATION


@pytest.mark.parametrize("to_ink", [True, False])
def test_a_test_digit_is_not_prepared_once_more(project, to_ink):
    shelf = Shelf(project)
    _, taken, *_, made = draw.take_test_digit(shelf, "tiny", to_ink, 0.5)
    assert np.array_equal(made["seen"], shelf.test_images("tiny")[taken])
    *_, again = draw.examine(shelf, "tiny", None, not to_ink, 0.2, taken)
    assert np.array_equal(again["seen"], made["seen"])
