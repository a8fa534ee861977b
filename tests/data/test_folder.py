import numpy as np
import pytest
from PIL import Image

from digitforge.data import folder
from digitforge.errors import UserError


def put(path, value=200):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((28, 28), value, np.uint8)).save(path)


def labels(place):
    return {split: sorted(set(of.labels.tolist())) for split, of in folder.read(place).items()}


def test_sub_folders_are_classes_and_what_lies_below_them_counts(tmp_path):
    put(tmp_path / "b/1.png")
    put(tmp_path / "b/more/2.JPG")
    put(tmp_path / "a/1.bmp")
    found = folder.read(tmp_path)["train"]
    assert found.labels.tolist() == ["a", "b", "b"]
    assert [path.name for path in found.paths] == ["1.bmp", "1.png", "2.JPG"]
    assert found.name(2).endswith("b/more/2.JPG")


def test_a_flat_folder_is_one_class_of_its_name(tmp_path):
    put(tmp_path / "own/1.png")
    assert labels(tmp_path / "own") == {"train": ["own"]}


@pytest.mark.parametrize("names", [("train", "test"), ("training", "testing"), ("Train", "Test")])
def test_a_folder_may_be_divided(tmp_path, names):
    for name in names:
        for digit in "10":
            put(tmp_path / name / digit / "1.png")
    assert labels(tmp_path) == {"train": ["0", "1"], "test": ["0", "1"]}


def test_classes_called_train_and_other_are_classes(tmp_path):
    put(tmp_path / "train/1.png")
    put(tmp_path / "tram/1.png")
    assert labels(tmp_path) == {"train": ["train", "tram"]}


def test_litter_of_desktops_and_notebooks_is_not_looked_at(tmp_path):
    put(tmp_path / "a/1.png")
    for name in ("a/._1.png", "__MACOSX/a/1.png", ".ipynb_checkpoints/1.png", "@eaDir/1.png", "a/.hidden/1.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no image")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    found = folder.read(tmp_path)["train"]
    assert [path.name for path in found.paths] == ["1.png"]
    assert found.labels.tolist() == ["a"]
    assert all(folder.is_image(path) for path in folder.files_below(tmp_path))


def test_an_empty_sub_folder_is_no_class_and_other_files_are_named(tmp_path):
    put(tmp_path / "a/1.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "a/scan.heic").write_bytes(b"x")
    assert labels(tmp_path) == {"train": ["a"]}
    assert [path.name for path in folder.files_below(tmp_path) if not folder.is_image(path)] == ["scan.heic"]


def test_no_image_at_all_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no images; accepted: PNG, JPEG, .* in a sub-folder for each class"):
        folder.read(tmp_path)


@pytest.mark.parametrize("inner", ["shapes", "test", "data/train"])
def test_what_an_archive_wraps_is_unwrapped(tmp_path, inner):
    for name in "ab":
        put(tmp_path / inner / name / "1.png")
    found = folder.read(tmp_path)
    assert [*found] == ["train"]
    assert found["train"].labels.tolist() == ["a", "b"]


def test_validation_images_are_to_train_with_and_names_of_splits_may_differ_in_case(tmp_path):
    for split in ("train", "Training", "val", "TEST"):
        for name in "ab":
            put(tmp_path / split / name / "1.png")
    found = folder.read(tmp_path)
    assert {split: len(of.paths) for split, of in found.items()} == {"train": 6, "test": 2}


def test_splits_without_classes_are_of_one_class(tmp_path):
    for split in ("train", "test"):
        put(tmp_path / "digits" / split / "1.png")
    found = folder.read(tmp_path / "digits")
    assert {split: of.labels.tolist() for split, of in found.items()} == {"train": ["digits"], "test": ["digits"]}


def test_an_empty_test_split_is_refused(tmp_path):
    put(tmp_path / "train" / "a" / "1.png")
    (tmp_path / "test").mkdir()
    with pytest.raises(UserError, match="no images"):
        folder.read(tmp_path)


def test_links_that_lead_back_are_followed_once(tmp_path):
    put(tmp_path / "a" / "1.png")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    put(tmp_path / "b" / "2.png")
    assert [path.name for path in folder.read(tmp_path)["train"].paths] == ["1.png", "2.png", "2.png"]
