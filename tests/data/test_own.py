"""Images of one's own as a data set, from files to IDX, and what is told of them."""

import shutil

import numpy as np
import pytest
from PIL import Image

from digitforge.data import own
from digitforge.data.idx import FILES, format_idx, parse_idx
from digitforge.data.obtaining import obtain
from digitforge.data.preparation import Preparation
from digitforge.data.record import Record, preparation
from digitforge.errors import UserError
from digitforge.settings.checks import check_source
from digitforge.settings.params import parse
from tests import small

KEPT = Preparation("black", "frame")


@pytest.fixture
def folder(tmp_path):
    """Two classes: forty-five shades as PNG, five dark squares as JPEG in colour."""
    for name, count, value, suffix, mode in (("b", 45, 200, "png", "L"), ("c", 5, 90, "jpg", "RGB")):
        (tmp_path / "own" / name).mkdir(parents=True)
        for i in range(count):
            pixels = np.zeros((56, 56), np.uint8)
            pixels[10:40, 10:40] = value + i
            Image.fromarray(pixels).convert(mode).save(tmp_path / "own" / name / f"{i:02}.{suffix}")
    return tmp_path / "own"


def told(folder, how=KEPT):
    return " ".join(own.read(folder, how).odd)


def test_every_fifth_image_of_a_class_is_for_testing(folder):
    found = own.read(folder, KEPT)
    assert found.classes == ("b", "c")
    assert found.images["train"].shape == (40, 28, 28)
    assert found.labels["train"].tolist() == [0] * 36 + [1] * 4
    assert found.labels["test"].tolist() == [0] * 9 + [1]
    assert found.images["test"][0][14, 14] == pytest.approx(204, abs=3)
    assert found.odd == (
        "40 training images are too few to learn what is none: the strict verifier is a plain one.",
        "10 test images are few: FID, KID, precision and recall of fewer than 500 say little.",
    )


def test_a_folder_with_colours_keeps_three_channels_for_all_its_images(folder):
    Image.new("RGB", (28, 28), (0, 0, 200)).save(folder / "c/00.jpg", quality=100, subsampling=0)
    found = own.read(folder, KEPT)
    assert {split: images.shape[1:] for split, images in found.images.items()} == {
        "train": (28, 28, 3),
        "test": (28, 28, 3),
    }
    assert found.images["train"][36, ..., 2].min() > 190


def test_ten_digits_are_digits_and_numbers_are_in_order_of_their_values(tmp_path):
    np.savez(tmp_path / "own.npz", x=np.full((60, 28, 28), 99, np.uint8), y=np.arange(60) % 9 + 4)
    found = own.read(tmp_path / "own.npz", KEPT)
    assert found.classes == tuple(map(str, range(4, 13)))
    assert sorted(set(found.labels["train"].tolist())) == list(range(9))
    np.savez(tmp_path / "own.npz", x=np.full((60, 28, 28), 99, np.uint8), y=np.arange(60) % 10)
    assert own.read(tmp_path / "own.npz", KEPT).classes == ()


def test_labels_that_begin_at_one_become_labels_from_zero_with_their_names(tmp_path):
    np.savez(tmp_path / "own.npz", x=np.full((60, 28, 28), 99, np.uint8), y=1 + np.arange(60) % 3)
    found = own.read(tmp_path / "own.npz", KEPT)
    assert found.classes == ("1", "2", "3")
    assert sorted(set(found.labels["train"].tolist())) == [0, 1, 2]


def test_a_page_gives_as_many_images_as_it_shows(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "own" / name).mkdir(parents=True)
        page = np.full((300, 600), 255, np.uint8)
        for i in range(30):
            top, left = 30 + i // 10 * 90, 30 + i % 10 * 56
            page[top : top + 40, left : left + 8] = 0
        Image.fromarray(page).save(tmp_path / "own" / name / "page.png")
    # A class has one file, and still enough images.
    found = own.read(tmp_path / "own", Preparation("white", "page"))
    assert found.labels["train"].tolist() == [0] * 24 + [1] * 24
    assert found.labels["test"].tolist() == [0] * 6 + [1] * 6


def test_faults_of_a_folder_name_it(folder):
    (folder / "b/03.png").write_bytes(b"not a png")
    with pytest.raises(UserError, match=r"own/b/03.png: can't be read as an image"):
        own.read(folder, KEPT)
    (folder / "b/03.png").unlink()
    with pytest.raises(UserError, match=r"own: received 49 images in all; accepted: 50 or more"):
        own.read(folder, KEPT)
    for name in ("c/00.jpg", "c/01.jpg"):
        (folder / name).unlink()
    for i in range(5):
        shutil.copyfile(folder / "b/00.png", folder / f"b/x{i}.png")
    with pytest.raises(UserError, match=r"own: received 3 images of the class c .*; accepted: 4 or more"):
        own.read(folder, KEPT)


def test_a_source_may_be_at_home_and_elsewhere_and_is_no_known_data_set(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))  # DVC runs queued experiments in folders of their own
    for source in (str(folder), "~/own", "own"):
        assert obtain(source, {}, "fail", KEPT).name == "folder own"
    folder.rename(folder.with_name("mnist"))
    found = obtain(str(folder.with_name("mnist")), {}, "fail", KEPT)
    assert found.name == "folder mnist"  # which is not MNIST
    assert [parse_idx(found.files[name], name).shape for name in FILES] == [(40, 28, 28), (40,), (10, 28, 28), (10,)]


@pytest.mark.parametrize("source", ["mnits", "none/at/all", "a" * 5000, "~no such user/x"])
def test_what_is_nowhere_is_one_line_with_all_that_is_accepted(tmp_path, monkeypatch, source):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with pytest.raises(
        UserError, match=r"data.source: received '.*', .*; accepted: mnist, .*, a folder of images"
    ) as told:
        obtain(source, {}, "fail", KEPT)
    assert len(str(told.value)) < 500


def test_blank_images_and_classes_without_ink_are_told_with_the_first(folder):
    for path in sorted((folder / "c").iterdir()):
        Image.new("RGB", (28, 28)).save(path)
    assert "5 of 50 images are blank, the first is" in told(folder)
    assert f"{folder}/c/00.jpg" in told(folder)
    assert "no training image of the class c shows anything." in told(folder)


def test_black_ink_on_nothing_is_refused_with_its_cure_and_read_with_it(folder):
    for path in [*folder.glob("*/*")]:
        path.unlink()
    for i in range(60):
        picture = Image.new("RGBA", (28, 28))
        picture.paste((0, 0, 0, 255), (5, 5, 9 + i % 9, 22))
        picture.save(folder / "bc"[i % 2] / f"{i:02}.png")
    with pytest.raises(UserError, match=r"60 images that are nowhere lighter than 0 .*needs `data.background: white`"):
        own.read(folder, KEPT)
    assert own.read(folder, Preparation("white", "frame")).images["train"].max() == 255


def test_masks_of_zero_and_one_are_refused_with_their_cure(folder):
    for path in folder.glob("*/*"):
        Image.fromarray((np.asarray(Image.open(path).convert("L")) > 50).astype(np.uint8)).save(
            path.with_suffix(".png")
        )
        if path.suffix == ".jpg":
            path.unlink()
    with pytest.raises(UserError, match=r"nowhere lighter than 1 of 255, .*masks of 0 and 1 must be multiplied by 255"):
        own.read(folder, KEPT)


def test_white_paper_is_told_and_so_is_what_is_turned_to_it(folder):
    assert "mostly white" not in told(folder)
    for path in folder.glob("*/*"):
        Image.fromarray(255 - np.asarray(Image.open(path))).save(path)
    assert "50 of 50 images are mostly white" in told(folder)
    assert "`data.background: white` exchanges them" in told(folder)
    assert "mostly white" not in told(folder, Preparation("white", "frame"))
    for path in folder.glob("*/*"):
        Image.fromarray(255 - np.asarray(Image.open(path))).save(path)
    assert "`data.background: black` exchanges them" in told(folder, Preparation("white", "frame"))


def test_copies_of_training_images_among_the_test_images_are_told(folder):
    assert "copies" not in told(folder)
    shutil.copyfile(folder / "b/00.png", folder / "b/04.png")
    assert (
        f"1 of 10 test images are copies of training images, the first is {folder}/b/04.png, of {folder}/b/00.png"
        in told(folder)
    )


def test_sizes_single_classes_and_left_out_files_are_told(folder):
    assert "sizes" not in told(folder)
    Image.new("L", (100, 40), 255).save(folder / "b/01.png")
    assert "the images have 2 sizes, from 56 × 56 to 100 × 40 pixels, and were scaled alike." in told(folder)
    (folder / "c/photo.heic").write_bytes(b"x")
    assert f"1 other files were left out, the first is {folder}/c/photo.heic." in told(folder)
    shutil.rmtree(folder / "c")
    for i in range(5):
        Image.new("L", (56, 56), 100 + i).save(folder / f"b/x{i}.png")
    assert "all images are of one class, b: nothing can be said of classes." in told(folder)


def test_uneven_classes_and_classes_without_test_images_are_told(tmp_path):
    images = np.arange(70, dtype=np.uint8)[:, None, None] + np.full((1, 28, 28), 100, np.uint8)
    labels = np.array([0] * 60 + [1] * 10)
    split = {"x_train": images, "y_train": labels, "x_test": images[:9] + 90, "y_test": labels[:9]}
    np.savez(tmp_path / "own.npz", **split | {"y_train": np.where(np.arange(70) < 65, 0, 1)})
    assert "the class 0 has 65 training images, 1 only 5." in told(tmp_path / "own.npz")
    assert "no test image is of the class 1." in told(tmp_path / "own.npz")


def test_what_was_done_is_kept_with_the_data(tmp_path):
    assert preparation(tmp_path) == Preparation("auto", "frame")
    record = Record(Preparation("white", "ink"), ("3 of 60 images are blank.",))
    record.write(tmp_path)
    assert Record.read(tmp_path) == record
    assert preparation(tmp_path) == record.how


@pytest.mark.parametrize(("digit", "accepted"), [(1, True), (2, False)])
def test_the_missing_digit_must_be_a_class_where_a_variant_leaves_one_out(folder, digit, accepted):
    content = small.content()
    content["data"] |= {"source": str(folder), "missing_digit": digit}
    if accepted:
        check_source(parse(content))
        return
    expected = r"data.missing_digit: received 2, which variants.ae_anomaly leaves out; accepted: 0 to 1, .* b, c"
    with pytest.raises(UserError, match=expected):
        check_source(parse(content))
    content["variants"] = {"ae_deep": content["variants"]["ae_deep"]}
    check_source(parse(content))


def test_the_only_class_is_not_left_out_whatever_the_variants(folder):
    shutil.rmtree(folder / "c")
    content = small.content()
    content["variants"] = {"ae_deep": content["variants"]["ae_deep"]}
    content["data"] |= {"source": str(folder), "missing_digit": 0}
    with pytest.raises(UserError, match=r"data.missing_digit: received 0, the only class, b; accepted: 1 to 9"):
        check_source(parse(content))
    content["data"]["missing_digit"] = 1
    check_source(parse(content))


def test_a_class_whose_absence_leaves_too_little_to_test_is_no_missing_digit(folder):
    content = small.content()
    content["data"] |= {"source": str(folder), "missing_digit": 0}
    with pytest.raises(UserError, match="missing_digit: received 0, without which 1 test images are left"):
        check_source(parse(content))


def test_of_a_source_that_is_gone_nothing_is_asked(folder):
    content = small.content()
    content["data"] |= {"source": str(folder.with_name("moved")), "missing_digit": 3}
    check_source(parse(content))


def test_classes_of_idx_files_are_known_without_their_images(tmp_path):
    place = tmp_path / "own"
    place.mkdir()
    (place / "train-labels-idx1-ubyte").write_bytes(format_idx(np.arange(60, dtype=np.uint8) % 3))
    (place / "train-images-idx3-ubyte").write_bytes(b"not looked at")
    assert own.test_counts(place) == {"0": 4, "1": 4, "2": 4}


def rings(folder, ground, ink):
    """Hollow squares on a ground."""
    for name in "ab":
        (folder / name).mkdir(parents=True)
        for i in range(30):
            pixels = np.full((60, 60), ground, np.uint8)
            pixels[10 : 40 + i % 10, 10:40] = ink
            pixels[15 : 35 + i % 10, 15:35] = ground
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return folder


@pytest.mark.parametrize("fit", ["frame", "ink"])
@pytest.mark.parametrize(("background", "ground", "ink"), [("black", 255, 0), ("black", 150, 20), ("white", 0, 255)])
def test_the_wrong_background_is_told_whatever_the_preparation(tmp_path, fit, background, ground, ink):
    said = told(rings(tmp_path / "own", ground, ink), Preparation(background, fit))
    assert "60 of 60 images are mostly white, the first is" in said
    assert f"`data.background: {'white' if background == 'black' else 'black'}` exchanges them" in said
    right = Preparation("white" if background == "black" else "black", fit)
    assert "mostly white" not in told(tmp_path / "own", right)


@pytest.mark.parametrize("background", ["black", "white"])
def test_masks_of_zero_and_one_never_pass_as_ink(tmp_path, background):
    rings(tmp_path / "own", 0, 1)
    with pytest.raises(UserError, match="60 images that are nowhere lighter"):
        own.read(tmp_path / "own", Preparation(background, "ink"))


def test_images_beside_the_folders_of_classes_are_told(folder):
    shutil.copy(folder / "b/00.png", folder / "loose.png")
    (folder / "line\nbreak.heic").touch()
    assert "2 other files were left out, the first is " + str(folder / "line\\nbreak.heic") in told(folder)


@pytest.mark.parametrize("label", ["", "NaN", "b\nc"])
def test_a_label_that_no_page_could_show_is_refused_with_its_place(tmp_path, label):
    labels = np.array(["a"] * 40 + [label] + ["a"] * 19)
    np.savez(tmp_path / "own.npz", x=np.full((60, 28, 28), 200, np.uint8), y=labels)
    with pytest.raises(
        UserError, match=r"own.npz: x\[40\]: received the class .*; accepted: names that can be printed"
    ):
        own.read(tmp_path / "own.npz", KEPT)
