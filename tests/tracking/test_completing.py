"""What a version of a registered model is told by."""

from digitforge import files
from digitforge.tracking import completing


def test_an_edit_of_a_packed_file_or_of_any_room_of_the_package_is_another_content(tmp_path, monkeypatch):
    package, folder = tmp_path / "package", tmp_path / "packed"
    monkeypatch.setattr(completing, "PACKAGE", package)
    edited = (package / "serving.py", package / "models/vae.py", folder / "artifacts/models/a/config.json")
    for path in edited:
        files.write_text(path, "one")
    seen = {completing.content_of(folder)}
    for path in edited:
        files.write_text(path, "another")
        seen.add(completing.content_of(folder))
    files.write_text(package / "models/__pycache__/vae.pyc", "no source")
    seen.add(completing.content_of(folder))
    assert len(seen) == 1 + len(edited)
