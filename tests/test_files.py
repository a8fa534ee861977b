import numpy as np
import pytest

from digitforge import files


def test_atomic_leaves_the_old_file_when_writing_fails(tmp_path):
    path = tmp_path / "deep" / "x.txt"
    files.write_text(path, "old")

    def fail():
        with files.atomic(path) as partial:
            partial.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["x.txt"]


def test_npz_bytes_repeat_and_pickles_are_refused(tmp_path):
    array = np.arange(12).reshape(3, 4)
    files.write_npz(tmp_path / "a.npz", x=array)
    files.write_npz(tmp_path / "b.npz", x=array)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    np.testing.assert_array_equal(files.read_npz(tmp_path / "a.npz")["x"], array)
    np.savez(tmp_path / "evil.npz", x=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        files.read_npz(tmp_path / "evil.npz")
