"""Stage `ood` in a temporary project, whose test images are scikit-learn's digits."""

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitforge import files
from digitforge.data import places, sources
from digitforge.data.idx import FILES, format_idx, parse_idx
from digitforge.data.outliers import MAKERS
from digitforge.data.raw import SourceFacts
from digitforge.errors import UserError
from stages import ood
from tests import small

RNG = np.random.default_rng(0)
NOWHERE = "http://127.0.0.1:1/"
RAW = places.from_scikit_learn()
TEST = parse_idx(RAW[FILES[2]], FILES[2])
NPZ = Path("artifacts/ood.npz")


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """An empty project with the digits' files, and no cache or mirror that has anything."""
    root = tmp_path / "project"
    (root / "artifacts/raw").mkdir(parents=True)
    for name in ("HOME", "KERAS_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("DIGITFORGE_MNIST", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(places, "RETRIES", 0)
    monkeypatch.chdir(root)
    for name, content in RAW.items():
        (root / "artifacts/raw" / name).write_bytes(content)
    return root


def run(sets, source="digits", stand_in_for=None, offline="digits", seed=1, pictures=False):
    """Run the stage -> the arrays it wrote."""
    content = small.content()
    content["seed"] = seed
    content["data"] |= {"offline": offline, "mirrors": {name: [NOWHERE] for name in ("mnist", "fashion_mnist")}}
    content["evaluation"]["ood"] = sets
    small.write_recipe("ood", of=content)
    SourceFacts(source, stand_in_for, pictures=pictures).write()
    ood.main()
    return files.read_npz(NPZ)


def place(monkeypatch, folder, count):
    """Make `folder` a cache of torchvision's that has Fashion-MNIST with `count` test images -> these."""
    folder.mkdir(parents=True)
    images = {"train": 3, "t10k": count}
    for name in FILES:
        number = images[name.split("-")[0]]
        shape = (number, 28, 28) if "images" in name else (number,)
        array = RNG.integers(0, 256, shape).astype(np.uint8)
        (folder / f"{name}.gz").write_bytes(gzip.compress(format_idx(array)))
    sums = tuple(hashlib.sha256((folder / f"{name}.gz").read_bytes()).hexdigest() for name in FILES)
    monkeypatch.setitem(sources.SOURCES, "fashion_mnist", replace(sources.SOURCES["fashion_mnist"], sha256=sums))
    return parse_idx(gzip.decompress((folder / f"{FILES[2]}.gz").read_bytes()), FILES[2])


def test_beside_pictures_in_colour_another_data_set_is_grey_pictures(monkeypatch, project):
    strange = place(monkeypatch, project / "data/FashionMNIST/raw", 40)
    colour = np.repeat(TEST[..., None], 3, axis=3)
    (project / files.RAW / FILES[2]).write_bytes(format_idx(colour))
    found = run(["inverted", "fashion_mnist"], source="folder shapes", pictures=True)
    assert found["inverted"].shape == (359, 28, 28, 3)
    np.testing.assert_array_equal(found["fashion_mnist"], np.repeat(strange[..., None], 3, axis=3))


def test_sets_are_made_from_the_test_images(capsys):
    found = run(["noise", "inverted", "rotated"])
    assert list(found) == ["noise", "inverted", "rotated"]
    for array in found.values():
        assert array.shape == TEST.shape == (359, 28, 28)
        assert array.dtype == np.uint8
    np.testing.assert_array_equal(found["inverted"].astype(int), 255 - TEST.astype(int))
    np.testing.assert_array_equal(found["rotated"], [np.rot90(image) for image in TEST])
    assert 120 < found["noise"].mean() < 135
    assert capsys.readouterr().out == "ood: noise, inverted, rotated\n"


def test_all_that_can_be_made_is_made():
    assert set(run([*MAKERS, "fashion_mnist"])) == set(MAKERS)


def test_the_same_seed_gives_the_same_bytes_and_another_other_noise():
    first = run(["noise", "rotated"])
    content = NPZ.read_bytes()
    other = run(["noise", "rotated"], seed=2)
    assert not np.array_equal(other["noise"], first["noise"])
    np.testing.assert_array_equal(other["rotated"], first["rotated"])
    run(["noise", "rotated"])
    assert NPZ.read_bytes() == content


def test_no_set_is_larger_than_asked_for(monkeypatch):
    monkeypatch.setattr(ood, "SIZE", 3)
    np.testing.assert_array_equal(run(["inverted"])["inverted"], 255 - TEST[[0, 179, 358]])


def test_offline_a_data_set_is_left_out_and_named(capsys):
    assert list(run(["fashion_mnist", "rotated"])) == ["rotated"]
    note, advice, last = capsys.readouterr().out.splitlines()
    assert "dvc repro -f ood" in advice
    assert note.startswith("NOTE: fashion_mnist could not be had, so it is no out-of-distribution set. Asked: ")
    assert "torchvision's cache" in note
    assert f"{NOWHERE}: {FILES[0]}.gz: " in note
    assert last == "ood: rotated"


def test_offline_fail_is_an_error_that_names_the_setting_and_writes_nothing():
    with pytest.raises(
        UserError, match=r"^evaluation\.ood: no place has fashion_mnist\. Asked: .*FashionMNIST"
    ) as caught:
        run(["rotated", "fashion_mnist"], offline="fail")
    assert "\n" not in str(caught.value)
    assert NOWHERE in str(caught.value)
    assert [path.name for path in NPZ.parent.iterdir() if path.name != "recipes"] == ["raw"]


def test_offline_fail_is_fine_where_nothing_is_to_be_fetched():
    assert list(run(["rotated"], offline="fail")) == ["rotated"]


def test_the_source_itself_is_not_out_of_distribution(capsys):
    assert list(run(["fashion_mnist", "inverted"], source="fashion_mnist", offline="fail")) == ["inverted"]
    assert capsys.readouterr().out == "ood: inverted\n"


def test_what_a_stand_in_stands_in_for_is_asked_for(capsys):
    assert list(run(["mnist"], stand_in_for="mnist")) == []
    assert capsys.readouterr().out.startswith("NOTE: mnist could not be had")


@pytest.mark.parametrize("base", ["project", "home"])
def test_a_data_set_that_a_place_has_is_one_of_the_sets(base, tmp_path, monkeypatch, capsys):
    images = place(monkeypatch, tmp_path / base / "data/FashionMNIST/raw", 12)
    found = run(["fashion_mnist", "inverted"], offline="fail")
    assert list(found) == ["fashion_mnist", "inverted"]
    np.testing.assert_array_equal(found["fashion_mnist"], images)
    output = capsys.readouterr().out
    assert "NOTE" not in output
    assert output.endswith("ood: fashion_mnist, inverted\n")


def test_a_thousand_images_of_another_data_set_are_spread_over_all(tmp_path, monkeypatch):
    images = place(monkeypatch, tmp_path / "home/data/FashionMNIST/raw", 1999)
    np.testing.assert_array_equal(run(["fashion_mnist"])["fashion_mnist"], images[::2])


def test_an_empty_list_is_no_set(capsys):
    assert run([]) == {}
    assert capsys.readouterr().out == "ood: none\n"
