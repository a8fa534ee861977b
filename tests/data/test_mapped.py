import numpy as np
import pytest

from digitforge import files
from digitforge.data import mapped
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.data.stacked import stack
from digitforge.errors import UserError

MODE = Mode.parse("mono-float-complete")
IMAGES = np.random.default_rng(0).integers(0, 256, (500, 28, 28, 1), np.uint8)  # 392 kB, of which two copies are 784
LABELS = np.arange(500, dtype=np.int32)


@pytest.fixture
def project(repository):
    Dataset(MODE, SourceFacts("digits"), {"x_train": IMAGES, "y_train": LABELS}).write()
    return repository


def unpacked(project):
    return sorted(project.glob(".scratch/mapped/*/x_train/*"))


def test_what_is_too_large_is_mapped_and_the_same(project, monkeypatch):
    held = Dataset.read(MODE)
    assert not isinstance(held["x_train"], np.memmap)
    monkeypatch.setenv(mapped.VARIABLE, "0.0007")
    found = Dataset.read(MODE)
    assert isinstance(found["x_train"], np.memmap)
    assert not isinstance(found["y_train"], np.memmap)
    assert not found["x_train"].flags.writeable
    np.testing.assert_array_equal(found["x_train"], IMAGES)
    assert found.arrays.keys() == held.arrays.keys()
    (place,) = unpacked(project)
    before = place.stat().st_mtime_ns
    Dataset.read(MODE, "x_train")
    assert place.stat().st_mtime_ns == before


def test_other_data_take_the_place_of_those_that_were_unpacked(project, monkeypatch):
    monkeypatch.setenv(mapped.VARIABLE, "0")
    Dataset.read(MODE, "x_train")
    unpacked(project)[0].with_name(".partial-1-cut-short").write_bytes(b"half")
    Dataset(MODE, SourceFacts("digits"), {"x_train": 255 - IMAGES, "y_train": LABELS}).write()
    np.testing.assert_array_equal(Dataset.read(MODE, "x_train")["x_train"], 255 - IMAGES)
    assert len(unpacked(project)) == 1


@pytest.mark.parametrize("said", ["", "much", "-1", "nan"])
def test_what_is_no_number_of_gigabytes_is_refused(project, monkeypatch, said):
    monkeypatch.setenv(mapped.VARIABLE, said)
    with pytest.raises(UserError, match=f"^DIGITFORGE_DATA_GB: received '{said}'; accepted: a number of gigabytes"):
        Dataset.read(MODE)


def test_half_of_the_memory_may_be_taken(monkeypatch):
    monkeypatch.setattr(mapped, "memory", lambda: 8_000)
    assert not mapped.too_large(2_000)
    assert mapped.too_large(2_001)


def test_what_is_made_of_mapped_arrays_is_mapped_and_the_same(project, monkeypatch):
    kept = LABELS % 3 > 0
    expected = [IMAGES[kept], *stack(IMAGES[..., 0], LABELS % 10, 700, np.random.default_rng(1))]
    monkeypatch.setenv(mapped.VARIABLE, "0")
    monkeypatch.setattr(mapped, "CHUNK", 10_000)  # a dozen images
    images = Dataset.read(MODE, "x_train")["x_train"]
    chosen = mapped.rows(images, kept)
    stacks, *rest = stack(images[..., 0], LABELS % 10, 700, np.random.default_rng(1))
    assert isinstance(chosen, np.memmap)
    assert isinstance(stacks, np.memmap)
    for one, other in zip([chosen, stacks, *rest], expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not list(files.scratch().glob("tmp*"))
    for name, array in (("held", expected[1]), ("mapped", stacks)):
        files.write_npz(project / f"{name}.npz", x_train=array)
    assert (project / "held.npz").read_bytes() == (project / "mapped.npz").read_bytes()
