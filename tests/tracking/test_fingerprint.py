import shutil
from pathlib import Path

import pytest

from digitforge.tracking.fingerprint import fingerprint

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The project's own dvc.yaml, params.yaml and code, with stand-ins for the data."""
    for name in ("dvc.yaml", "params.yaml", "stages"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    for mode in ("mono-binary-complete", "color-binary-complete", "mono-float-complete"):
        path = tmp_path / f"artifacts/data/{mode}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mode)
    (tmp_path / "artifacts/data/raw").mkdir()
    (tmp_path / "artifacts/data/raw/source.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_follows_what_the_stage_depends_on_and_nothing_else(project):
    ae, vae = fingerprint("train", "ae_deep"), fingerprint("train", "vae_tril")
    assert ae != vae
    edit(project / "params.yaml", "title: Deep dense", "title: Another dense")
    assert fingerprint("train", "ae_deep") == ae
    edit(project / "digitforge/models/gan.py", "class Gan", "# changed\nclass Gan")
    assert (fingerprint("train", "ae_deep"), fingerprint("train", "vae_tril")) == (ae, vae)
    edit(project / "digitforge/models/vae.py", "class Vae", "# changed\nclass Vae")
    assert fingerprint("train", "vae_tril") != vae
    edit(project / "params.yaml", "seed: 1", "seed: 2")
    assert fingerprint("train", "ae_deep") != ae


def test_equal_values_are_equal_as_dvc_sees_it(project):
    before = fingerprint("train", "vae_tril")
    edit(project / "params.yaml", "budget: 1.0", "budget: 1")
    assert fingerprint("train", "vae_tril") == before


def test_data_counts(project):
    before = fingerprint("verifier")
    (project / "artifacts/data/mono-float-complete.npz").write_text("other")
    assert fingerprint("verifier") != before


def test_a_stage_over_a_list_follows_its_own_settings_alone(project):
    before = fingerprint("leave_one_out", "8")
    edit(project / "params.yaml", "title: Convolutional VAE, full", "title: Another VAE, full")
    edit(project / "params.yaml", "fit: {steps: 1400", "fit: {steps: 1401")  # of vae_tril
    assert fingerprint("leave_one_out", "8") == before
    edit(project / "params.yaml", "beta: 0.2", "beta: 0.3")
    assert fingerprint("leave_one_out", "8") != before


def test_a_list_without_other_digits_changes_nothing_for_this_one(project):
    before = fingerprint("leave_one_out", "8")
    edit(project / "params.yaml", "digits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]", "digits: [8]")
    assert fingerprint("leave_one_out", "8") == before


def test_each_item_of_a_list_has_its_own(project):
    # Checkpoints and MLflow runs go by it.
    assert len({fingerprint("leave_one_out", str(digit)) for digit in range(10)}) == 10


def test_what_python_compiled_of_the_code_does_not_count(project):
    before = fingerprint("train", "vae_tril")
    cache = project / "digitforge/nn/__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "networks.cpython-399.pyc").write_bytes(b"compiled at another time")
    assert fingerprint("train", "vae_tril") == before
    edit(project / "digitforge/nn/networks.py", "HE = {", "HE = {  # changed\n")
    assert fingerprint("train", "vae_tril") != before
