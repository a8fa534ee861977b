import shutil

import numpy as np
import pytest
from PIL import Image

from digitforge.data.folder import from_image_folder, read_image
from digitforge.data.idx import FILES, parse_idx
from digitforge.data.obtaining import obtain
from digitforge.errors import UserError
from digitforge.settings.checks import check_source
from digitforge.settings.params import parse
from tests import small


@pytest.fixture
def folder(tmp_path):
    """Two classes: forty-five bright squares as PNG, five dark ones as JPEG in colour."""
    for name, count, value, suffix, mode in (("b", 45, 250, "png", "L"), ("c", 5, 90, "jpg", "RGB")):
        (tmp_path / "own" / name).mkdir(parents=True)
        for i in range(count):
            image = Image.fromarray(np.full((56, 56), value, np.uint8)).convert(mode)
            image.save(tmp_path / "own" / name / f"{i}.{suffix}")
    (tmp_path / "own/b/notes.txt").write_text("not an image")
    return tmp_path / "own"


def test_sub_folders_are_classes_and_every_fifth_image_is_for_testing(folder):
    arrays = [parse_idx(content, name) for name, content in from_image_folder(folder).items()]
    assert list(from_image_folder(folder)) == list(FILES)
    assert [array.shape[0] for array in arrays] == [40, 40, 10, 10]
    assert arrays[1].tolist() == [0] * 36 + [1] * 4
    assert arrays[3].tolist() == [0] * 9 + [1]
    np.testing.assert_array_equal(arrays[2][0], 250)
    assert abs(int(arrays[2][9].mean()) - 90) <= 2


def test_proportions_are_kept_on_black(tmp_path):
    Image.fromarray(np.full((10, 40), 255, np.uint8)).save(tmp_path / "wide.png")
    image = read_image(tmp_path / "wide.png")
    assert image.shape == (28, 28, 3)
    np.testing.assert_array_equal(image[11:17], 255)
    assert image[:9].max() == image[19:].max() == 0


def test_what_is_transparent_becomes_black_and_colours_stay(tmp_path):
    image = Image.new("RGBA", (28, 28), (255, 255, 255, 0))
    image.paste((10, 200, 30, 255), (0, 0, 28, 14))
    image.save(tmp_path / "half.png")
    found = read_image(tmp_path / "half.png")
    assert (found[:14] == [10, 200, 30]).all()
    assert (found[14:] == 0).all()


def test_a_folder_with_colours_keeps_three_channels_for_all_its_images(folder, capsys):
    Image.new("RGB", (28, 28), (0, 0, 200)).save(folder / "c/0.jpg", quality=100, subsampling=0)
    arrays = [parse_idx(content, name) for name, content in from_image_folder(folder).items()]
    assert [array.shape for array in arrays] == [(40, 28, 28, 3), (40,), (10, 28, 28, 3), (10,)]
    blue = arrays[0][36]
    assert blue[..., 2].min() > 190
    assert blue[..., :2].max() < 10
    assert (arrays[0][0] == 250).all()
    assert "1 of 50 images are in colour, so all get three channels" in capsys.readouterr().out


def test_faults_name_the_file(folder):
    (folder / "b/3.png").write_bytes(b"not a png")
    with pytest.raises(UserError, match=r"own/b/3.png: can't be read as an image"):
        from_image_folder(folder)
    Image.fromarray(np.zeros((28, 28), np.uint16)).save(folder / "b/3.png")
    with pytest.raises(UserError, match=r"own/b/3.png: received more than 8 bits a channel; accepted: .* of 8 bits"):
        from_image_folder(folder)
    (folder / "b/3.png").unlink()
    with pytest.raises(UserError, match=r"own: 49 images in all; accepted: 50 or more"):
        from_image_folder(folder)
    (folder / "c/0.jpg").unlink()
    with pytest.raises(UserError, match=r"own/c: 4 PNG or JPEG images; accepted: 5 or more"):
        from_image_folder(folder)
    with pytest.raises(UserError, match=r"own/b: 0 sub-folders; accepted: 1 to 10"):
        from_image_folder(folder / "b")


def test_the_source_may_be_a_folder_but_not_any_word(folder):
    name, found = obtain(str(folder), {}, "fail")
    assert name == "folder own"
    assert len(found) == 4
    folder.rename(folder.with_name("mnist"))
    assert obtain(str(folder.with_name("mnist")), {}, "fail")[0] == "folder mnist"  # which is not MNIST
    content = small.content()
    content["data"]["source"] = str(folder / "none")
    with pytest.raises(UserError, match=r"data.source: received '.*none'; accepted: mnist, .* or an existing folder"):
        check_source(parse(content))


@pytest.mark.parametrize(("digit", "accepted"), [(1, True), (2, False)])
def test_the_missing_digit_must_be_a_class_of_the_folder_where_a_variant_leaves_one_out(folder, digit, accepted):
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


def test_a_class_has_a_name_that_can_be_printed(folder):
    (folder / "b").rename(folder / "caf\udce9")  # a byte that is no UTF-8, as in archives from elsewhere
    content = small.content()
    content["data"] |= {"source": str(folder)}
    content["variants"] = {"ae_deep": content["variants"]["ae_deep"]}
    with pytest.raises(UserError, match=r"received a class 'caf\\udce9'; accepted: names that can be printed"):
        check_source(parse(content))


def test_a_class_whose_absence_leaves_too_little_to_test_is_no_missing_digit(folder):
    content = small.content()
    content["data"] |= {"source": str(folder), "missing_digit": 0}
    with pytest.raises(UserError, match="missing_digit: received 0, without which 1 test images are left"):
        check_source(parse(content))


def test_a_thin_picture_keeps_a_pixel(tmp_path):
    Image.fromarray(np.full((800, 5), 255, np.uint8)).save(tmp_path / "thin.png")
    assert np.flatnonzero(read_image(tmp_path / "thin.png").any(axis=(0, 2))).tolist() == [14]


def test_a_relative_folder_is_named_from_the_main_repository(folder, tmp_path, monkeypatch):
    """DVC runs queued experiments in folders of their own."""
    content = small.content()
    content["data"]["source"] = "own"
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    name, found = obtain(content["data"]["source"], {}, "fail")
    assert name == "folder own"
    assert found == from_image_folder(folder)


@pytest.mark.parametrize("name", ["cut.png", "other.png"])
def test_what_is_no_sound_png_or_jpeg_is_one_line(tmp_path, name):
    path, picture = tmp_path / name, Image.new("RGB", (8, 8), "white")
    if name == "cut.png":
        picture.save(path)
        path.write_bytes(path.read_bytes()[:40])
    else:
        picture.save(path, "GIF")
    with pytest.raises(UserError, match=rf"{name}: can't be read as an image .*; accepted: PNG and JPEG files"):
        read_image(path)
