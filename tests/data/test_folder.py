import numpy as np
import pytest
from PIL import Image

from stages import download
from stages.data.folder import from_image_folder, read_image
from stages.data.idx import parse_idx
from stages.data.sources import FILES
from stages.pipeline.errors import UserError
from stages.pipeline.params import load_params, parse, read_yaml


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
    assert image.shape == (28, 28)
    np.testing.assert_array_equal(image[11:17], 255)
    assert image[:9].max() == image[19:].max() == 0


def test_faults_name_the_file(folder):
    (folder / "b/3.png").write_bytes(b"not a png")
    with pytest.raises(UserError, match=r"own/b/3.png: can't be read as an image"):
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
    content = read_yaml("params.yaml")
    content["data"]["source"] = str(folder)
    name, found = download.obtain(parse(content).data)
    assert name == "own"
    assert len(found) == 4
    content["data"]["source"] = str(folder / "none")
    with pytest.raises(UserError, match=r"data.source: received '.*none'; accepted: mnist, .* or an existing folder"):
        download.obtain(parse(content).data)
    assert load_params().data.source == "mnist"
