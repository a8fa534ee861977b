"""What to do about damage, tried on real repositories of DVC."""

import subprocess
import sys
from pathlib import Path

import pytest

from digitforge.damage import cure, verify
from digitforge.errors import UserError
from digitforge.settings.outputs import inputs

PIPELINE = """
stages:
  train:
    cmd: mkdir -p models/a && echo weights > models/a/weights.h5 && echo curves > models/a/history.csv
    outs: [models/a]
  sample:
    cmd: mkdir -p samples && echo samples > samples/a.npz
    deps: [models/a]
    outs: [samples/a.npz]
"""
OUTPUTS = {"models/a/weights.h5": "train", "samples/a.npz": "sample"}


def shell(command):
    dvc = f"{sys.executable} -m dvc"
    subprocess.run(["sh", "-ec", command.replace("dvc ", f"{dvc} ")], check=True, capture_output=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A repository after `dvc repro`."""
    root = tmp_path_factory.mktemp("repository")
    (root / "dvc.yaml").write_text(PIPELINE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        shell("git init -q && dvc init -q && dvc repro")
    return root


@pytest.fixture
def repository(trained, tmp_path, monkeypatch):
    """A copy of it."""
    shell(f"cp -a {trained} {tmp_path / 'copy'}")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def damage(path):
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:3])


def copies(root, content):
    objects = (root / ".dvc/cache/files/md5").rglob("*")
    return [path for path in objects if path.is_file() and path.read_bytes() == content]


@pytest.mark.parametrize("path", OUTPUTS)
@pytest.mark.parametrize("both", [False, True])
def test_what_is_advised_brings_it_back(repository, path, both):
    place, command = repository / path, f"dvc repro -f -s {OUTPUTS[path]}"
    content = place.read_bytes()
    [copy] = copies(repository, content)
    place.unlink()  # it may be a link to the copy
    place.write_bytes(content)
    damage(place)
    if both:
        damage(copy)
    advice = cure(place, repository, command)
    assert (str(copy.relative_to(repository)) in advice) == both
    assert ("DVC's copy is sound" in advice) != both
    shell(advice.split("`")[1])
    assert place.read_bytes() == content
    assert copies(repository, content)


def test_a_damaged_list_of_a_folder_is_found(repository):
    [listed] = (repository / ".dvc/cache/files/md5").rglob("*.dir")
    damage(listed)
    advice = cure(repository / "models/a", repository, "dvc repro -f -s train")
    assert str(listed.relative_to(repository)) in advice
    shell(advice.split("`")[1])
    assert listed.read_bytes().startswith(b"[{")


def test_without_a_copy_the_stage_makes_it_anew(repository, tmp_path):
    command = "dvc repro -f -s train"
    assert cure(repository / "elsewhere", repository, command) == f"`{command}` makes it anew"
    assert cure(tmp_path, tmp_path, command) == f"`cd {tmp_path} && {command}` makes it anew"
    shell("rm -rf .dvc/cache")
    assert cure(Path("models/a").resolve(), repository, command) == f"`{command}` makes it anew"


def changed(path):
    """Change a bit of a file; DVC trusts a copy that is read-only."""
    content, rights = path.read_bytes(), path.stat().st_mode
    path.unlink()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    path.chmod(rights)


def test_changed_bits_are_found_in_a_file_and_in_a_folder(repository):
    verify(Path("models"), Path("samples"))
    for path, stage in OUTPUTS.items():
        place = repository / path
        content = place.read_bytes()
        [copy] = copies(repository, content)
        changed(place)
        with pytest.raises(UserError, match=f"not what `{stage}` wrote.*copy is sound.*`dvc commit -f {stage}` keeps"):
            verify(place.parents[0].relative_to(repository))
        changed(copy)
        with pytest.raises(UserError, match=f"not what `{stage}` wrote.*makes it anew$") as told:
            verify(place.parents[0].relative_to(repository))
        shell(str(told.value).split("`")[3])
        assert place.read_bytes() == content
        verify(Path("models"), Path("samples"))


def test_what_the_last_run_does_not_know_passes(repository):
    (repository / "models/b").mkdir()
    (repository / "models/b/weights.h5").write_text("by hand")
    (repository / "models/a/.partial-7-weights.h5").touch()  # DVC doesn't see it either
    (repository / "samples/a.npz").unlink()
    verify(Path("models"), Path("samples"))
    (repository / "dvc.lock").unlink()
    verify(Path("models"))


def test_what_a_stage_reads_is_known_by_the_last_run_or_by_dvc_yaml(repository):
    assert inputs("sample") == [Path("models/a")]
    (repository / "dvc.lock").unlink()
    assert inputs("sample") == [Path("models/a")]
    keyed = "stages: {train: {foreach: [a], do: {cmd: x, deps: [a.npz, 'models/${item}/x', 'data/${item.data}.npz']}}}"
    (repository / "dvc.yaml").write_text(keyed)
    assert inputs("train@a") == [Path("a.npz"), Path("models"), Path("data")]


@pytest.mark.parametrize("text", ['[{"md4": 1}]', "[1]", "5", '[{"md5": ""}]', ""])
def test_a_list_that_is_damaged_is_itself_what_goes(repository, text):
    [listed] = (repository / ".dvc/cache/files/md5").rglob("*.dir")
    listed.chmod(0o644)
    listed.write_text(text)
    advice = cure(repository / "models/a", repository, "dvc repro -f -s train")
    assert listed.relative_to(repository).as_posix() in advice


def test_commands_are_for_the_folder_that_one_is_in(repository, monkeypatch):
    changed(repository / "models/a/weights.h5")
    content = (repository / "samples/a.npz").read_bytes()
    monkeypatch.chdir(repository / "samples")
    with pytest.raises(UserError, match=r"`cd .* && rm -rf models/a && dvc checkout models/a`") as told:
        verify(Path("models"), root=repository)
    shell(str(told.value).split("`")[3])
    verify(Path("models"), root=repository)
    assert content == (repository / "samples/a.npz").read_bytes()
