import json

import numpy as np
import pytest

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import MODES, Mode
from digitforge.data.raw import SourceFacts
from digitforge.data.stacked import has_digit

DIGITS = SourceFacts("digits", "mnist")
PICTURES = SourceFacts("folder shapes", classes=("circle", "ring"), pictures=True)
FLOAT = Mode.parse("mono-float-complete")


@pytest.mark.parametrize("source", [DIGITS, PICTURES])
def test_what_is_written_is_read_again(tmp_path, source):
    labels = np.arange(9, dtype=np.int32)
    Dataset(FLOAT, source, {"x_test": np.zeros((9, 28, 28, 1), np.uint8), "y_test": labels}).write(tmp_path)
    found = Dataset.read(FLOAT, root=tmp_path)
    assert (found.mode, found.source) == (FLOAT, source)
    assert found.arrays.keys() == {"x_test", "y_test"}
    np.testing.assert_array_equal(found["y_test"], labels)
    assert Dataset.read(FLOAT, "y_test", root=tmp_path).arrays.keys() == {"y_test"}
    with pytest.raises(KeyError, match="y_tset"):
        Dataset.read(FLOAT, "y_tset", root=tmp_path)
    with pytest.raises(KeyError, match="x_train"):
        found["x_train"]


def test_equal_data_make_equal_files(tmp_path):
    for folder in ("a", "b"):
        Dataset(FLOAT, DIGITS, {"y_test": np.arange(3)}).write(tmp_path / folder)
    first, again = ((tmp_path / folder / Dataset.path(FLOAT)).read_bytes() for folder in ("a", "b"))
    assert first == again


@pytest.mark.parametrize("source", [DIGITS, PICTURES])
def test_the_facts_of_a_source_are_read_as_they_were_written(tmp_path, source):
    source.write(tmp_path)
    assert SourceFacts.read(tmp_path) == source
    content = json.loads((tmp_path / files.RAW / "source.json").read_text())
    assert content.keys() == {"source", "stand_in_for", "classes", "pictures"}


def test_a_stand_in_says_what_for():
    assert DIGITS.label == "digits, standing in for mnist"
    assert PICTURES.label == "folder shapes"


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_colour_is_stacks_unless_the_source_is_pictures(mode):
    assert Dataset(mode, DIGITS, {}).stacked == mode.color
    assert not Dataset(mode, PICTURES, {}).stacked


def test_stacks_can_be_made_of_all_single_digits():
    able = [str(mode) for mode in MODES if Dataset(mode, DIGITS, {}).can_be_stacked]
    assert able == ["mono-binary-complete", "mono-float-complete"]
    assert not any(Dataset(mode, PICTURES, {}).can_be_stacked for mode in MODES)


@pytest.mark.parametrize("source", [DIGITS, PICTURES])
@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("digit", [0, 8])
def test_known_are_the_images_without_the_missing_digit_where_one_was_left_out(mode, digit, source):
    data = Dataset(mode, source, {})
    width = 3 if data.stacked else 1
    labels = np.arange(10**width, dtype=np.int32)
    expected = [mode.complete or str(digit) not in f"{label:0{width}}" for label in labels]
    found = Dataset(mode, source, {"y_test": labels}).known(digit)
    assert found.dtype == bool
    np.testing.assert_array_equal(found, expected)
    if not mode.complete:
        np.testing.assert_array_equal(found, ~has_digit(labels, digit, width))
