import os
import threading
from contextlib import nullcontext
from unittest.mock import Mock

import numpy as np
import pytest
from filelock import FileLock

from digitforge import files
from digitforge.errors import UserError
from digitforge.settings.fit import Fit
from digitforge.settings.recipe import Recipe, path_of
from digitforge.settings.trainings import Training
from digitforge.training import resumable
from tests import small

IMAGES = np.zeros((4, 8, 8, 1), np.uint8)


@pytest.fixture
def training(tmp_path, monkeypatch):
    """A training of stage `train`, in a project of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    small.write_recipe("train", "vae_tril")
    found = Training.of(Recipe.read("train", "vae_tril"))
    found.data.parent.mkdir(parents=True)
    found.data.write_bytes(b"images")
    return found


def run(training, monkeypatch, meanwhile=lambda: None):
    """Train it, with an engine that does nothing but what happens `meanwhile` -> what was saved."""
    saved = []

    def engine(*args, **named):
        meanwhile()
        return [{"step": 1.0, "loss": 2.0}]

    monkeypatch.setattr(resumable, "fit", engine)
    watched, settings = nullcontext(Mock()), Fit(**small.fit())
    resumable.train(training, None, (IMAGES,), (IMAGES,), settings, saved.append, source="none", watched=watched)
    return saved


def test_it_saves_what_it_learnt(training, monkeypatch):
    assert run(training, monkeypatch) == [[{"step": 1.0, "loss": 2.0}]]
    assert [path.suffix for path in files.scratch().iterdir() if path.is_file()] == [".lock"]


def other_settings():
    path = path_of("train", "vae_tril")
    content = files.read_json(path)
    content["settings"]["seed"] += 1
    files.write_json(path, content)


def other_data():
    next(files.DATA.glob("*.npz")).write_bytes(b"other images")


@pytest.mark.parametrize("change", [other_settings, other_data])
def test_a_training_whose_recipe_has_changed_saves_nothing(training, monkeypatch, change):
    with pytest.raises(UserError, match=r"^train@vae_tril: its settings, code or data changed while it trained"):
        run(training, monkeypatch, change)


def test_who_waits_for_the_same_training_says_for_whom(training, capsys):
    path = files.scratch() / "abc"
    waited = threading.Event()

    def second():
        with resumable.alone(path, "second"):
            waited.set()

    with resumable.alone(path, "first"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not waited.wait(0.5)
    thread.join()
    assert waited.is_set()
    assert capsys.readouterr().out.splitlines() == [f"second: waits for process {os.getpid()}, which trains the same"]
    FileLock(path.with_suffix(".lock")).acquire(timeout=0)
    assert not path.with_suffix(".pid").exists()
