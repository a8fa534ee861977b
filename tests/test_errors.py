import pytest

from digitforge import files
from digitforge.errors import UserError, user_errors


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("seed: received -1; accepted: 0 or more"), "error: seed: received -1; accepted: 0 or more"),
        (FileNotFoundError(2, "gone", "a.npz"), "error: a.npz: no such file; `dvc repro` makes what a stage needs"),
        (PermissionError(13, "Permission denied", "reports/a.md"), "error: reports/a.md: Permission denied"),
        (OSError(28, "No space left on device", "a.h5"), "error: a.h5: No space left on device"),
        (OSError("Unable to open file\nand more"), "error: Unable to open file"),
        (OSError(), "error: OSError"),
        (
            MemoryError("Unable to allocate 9 TiB"),
            "error: too little memory on this machine (Unable to allocate 9 TiB)",
        ),
    ],
)
def test_what_a_user_or_the_machine_did_wrong_is_one_line(capsys, error, line):
    with pytest.raises(SystemExit) as ended, user_errors():
        raise error
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines() == [line]


def test_a_fault_of_the_program_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError), user_errors():
        raise ZeroDivisionError


def test_a_write_that_fails_names_the_file_that_was_wanted(tmp_path):
    def write():
        with files.atomic(tmp_path / "a.json") as partial:
            partial.touch()
            with open("/dev/full", "wb", buffering=0) as full:
                full.write(b"x")

    with pytest.raises(OSError, match="No space left on device") as refused:
        write()
    assert refused.value.filename == str(tmp_path / "a.json")
    assert not list(tmp_path.iterdir())
