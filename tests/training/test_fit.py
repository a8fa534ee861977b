import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from digitforge import files
from digitforge.data.album import Album
from digitforge.errors import UserError
from digitforge.models import build
from digitforge.models.verifier import VerifierNetwork
from digitforge.settings.fit import Fit
from digitforge.training import callbacks
from digitforge.training.fit import Plan, fit, plan, save_weights
from tests import small

NETWORK = {"name": "dense", "encoder": [16], "decoder": [16], "activation": "relu", "code_activation": "linear"}
RNG = np.random.default_rng(0)
IMAGES = np.where(RNG.random((60, 8, 8, 1)) < 0.3, np.uint8(255), np.uint8(0))
LABELS = RNG.integers(0, 10, 60).astype(np.int32)


class Killed(Exception):
    pass


def small_vae(beta=1.0, seed=1):
    parts = {"posterior": {"name": "tril"}, "prior": {"name": "normal"}}
    rest = {"code": 3, "network": NETWORK, "pixels": "bernoulli", "objective": small.ELBO | {"beta": beta}}
    return build("vae", (8, 8, 1), parts | rest, seed=seed)


def train(
    model, scratch, *arrays, steps=64, ema=0.9, listener=lambda row: None, watcher=lambda step: None, seed=1, album=None
):
    """Train on `arrays` (IMAGES by default), with an album of all moments if one is given -> (weights, rows)."""
    arrays = arrays or (IMAGES,)
    settings = Fit(**small.fit(steps=steps, batch=16, schedule="cosine", ema=ema))
    rows = fit(
        model,
        arrays,
        tuple(array[:20] for array in arrays),
        settings=settings,
        steps=plan(settings, examples=10**6, budget=1.0, max_epochs=40),
        seed=seed,
        label="test",
        scratch=scratch,
        listener=listener,
        watcher=album.take if album else watcher,
        album=album,
        jit_compile=False,
    )
    return model.get_weights(), rows


def equal(first, second):
    return all(np.array_equal(one, two) for one, two in zip(first, second, strict=True))


def test_loss_falls_and_rows_are_told(tmp_path):
    heard = []
    _, rows = train(small_vae(), tmp_path / "a", steps=400, listener=heard.append)
    assert heard == rows
    assert rows[-1]["step"] == 400
    assert rows[-1]["val_loss"] < rows[0]["val_loss"]
    assert rows[-1]["loss"] == pytest.approx(rows[-1]["reconstruction_nats"] + rows[-1]["kl_nats"], rel=1e-4)


def test_a_watcher_comes_at_the_start_early_on_and_at_the_end(tmp_path):
    seen = []
    train(small_vae(), tmp_path, steps=400, watcher=seen.append)
    assert len(seen) == 11
    assert seen[:3] == [0, 8, 16]
    assert seen[-1] == 400
    steps = np.diff(seen)
    assert steps[-1] > 3 * steps[0]


def test_a_resumed_training_shows_a_watcher_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "CHECKPOINT_EVERY_SECONDS", 0)
    whole, first, second = [], [], []
    train(small_vae(), tmp_path / "whole", watcher=whole.append)

    def die(row):
        if row["step"] == 40:
            raise Killed

    with pytest.raises(Killed):
        train(small_vae(), tmp_path / "killed", listener=die, watcher=first.append)
    train(small_vae(), tmp_path / "killed", watcher=second.append)
    assert first == [step for step in whole if step <= 40]
    assert set(first) | set(second) == set(whole)
    assert min(second) > 0


def test_a_watcher_sees_the_averaged_weights_that_are_kept(tmp_path):
    model, seen = small_vae(), []
    kept, _ = train(model, tmp_path, ema=0.99, watcher=lambda step: seen.append(model.get_weights()))
    assert equal(seen[-1], kept)
    assert not equal(seen[-2], kept)


def test_validation_is_of_the_averaged_weights_that_are_kept(tmp_path):
    model = small_vae()
    _, rows = train(model, tmp_path, ema=0.99)
    kept = model.evaluate(IMAGES[:20], batch_size=500, verbose=0, return_dict=True)
    assert rows[-1]["val_loss"] == pytest.approx(kept["loss"], rel=1e-4)


@pytest.mark.parametrize(("make", "arrays"), [
    (small_vae, (IMAGES,)),
    pytest.param(lambda: VerifierNetwork((8, 8, 1), seed=1), (IMAGES, LABELS), marks=pytest.mark.long),
])  # fmt: skip
def test_a_killed_run_resumes_to_the_same_weights(tmp_path, monkeypatch, capsys, make, arrays):
    monkeypatch.setattr(callbacks, "CHECKPOINT_EVERY_SECONDS", 0)
    whole, rows = train(make(), tmp_path / "whole", *arrays)

    def die(row):
        if row["step"] >= 40:
            raise Killed

    with pytest.raises(Killed):
        train(make(), tmp_path / "killed", *arrays, listener=die)
    # A kill between the two files of a checkpoint leaves weights that nothing names yet.
    state = files.read_json(tmp_path / "killed/state.json")["state"]
    (tmp_path / f"killed/{state['intervals'] + 1}.weights.h5").write_bytes(b"half")
    resumed, again = train(make(), tmp_path / "killed", *arrays)
    assert "resuming at step" in capsys.readouterr().out
    assert again == rows
    assert equal(whole, resumed)
    last = files.read_json(tmp_path / "killed/state.json")["state"]["files"]
    assert sorted(path.name for path in (tmp_path / "killed").iterdir()) == sorted([*last, "state.json"])


def damaged_state(folder):
    content = (folder / "state.json").read_text(encoding="utf-8")
    first = json.loads(content)["state"]["history"][0]["loss"]
    (folder / "state.json").write_text(content.replace(str(first), str(first + 1)), encoding="utf-8")


def damaged_weights(folder):
    (path,) = folder.glob("*.weights.h5")
    content = bytearray(path.read_bytes())
    content[-4000:-3996] = b"\xff" * 4
    path.write_bytes(content)


DAMAGES = {
    "state of garbage": lambda folder: (folder / "state.json").write_bytes(b"\x00garbage"),
    "empty state": lambda folder: (folder / "state.json").write_bytes(b""),
    "state of another kind": lambda folder: (folder / "state.json").write_text("[]", encoding="utf-8"),
    "a number of the state": damaged_state,
    "four bytes of the weights": damaged_weights,
    "weights cut short": lambda folder: next(folder.glob("*.weights.h5")).write_bytes(b"\x89HDF\r\n"),
    "no weights": lambda folder: next(folder.glob("*.weights.h5")).unlink(),
    "album cut short": lambda folder: next(folder.glob("*.album.npz")).write_bytes(b"PK"),
    "no album": lambda folder: next(folder.glob("*.album.npz")).unlink(),
}


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A training that was killed after a checkpoint -> its scratch folder, the weights of a whole one and its album."""
    folder = tmp_path_factory.mktemp("interrupted")
    album, whole = album_of_steps(), small_vae()
    expected, _ = train(whole, folder / "whole", album=album)

    def die(row):
        if row["step"] >= 40:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callbacks, "CHECKPOINT_EVERY_SECONDS", 0)
        with pytest.raises(Killed):
            train(small_vae(), folder / "killed", album=album_of_steps(), listener=die)
    return folder / "killed", expected, album.moments


def album_of_steps():
    return Album(lambda: {"samples": np.zeros((1, 4, 4, 1), np.uint8)})


@pytest.mark.parametrize("damage", [None, *DAMAGES])
def test_a_damaged_checkpoint_costs_a_new_start_and_no_more(tmp_path, capsys, interrupted, damage):
    killed, expected, moments = interrupted
    shutil.copytree(killed, tmp_path / "scratch")
    if damage:
        DAMAGES[damage](tmp_path / "scratch")
    album = album_of_steps()
    weights, _ = train(small_vae(), tmp_path / "scratch", album=album)
    said = capsys.readouterr()
    assert equal(weights, expected)
    assert list(album.moments) == list(moments)
    assert ("resuming" in said.out) == (damage is None)
    assert said.err.count("warning: test: the checkpoint in") == (damage is not None)


def test_a_checkpoint_that_can_not_be_written_is_a_warning(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(callbacks, "CHECKPOINT_EVERY_SECONDS", 0)
    (tmp_path / "scratch").write_bytes(b"no folder")
    weights, _ = train(small_vae(), tmp_path / "scratch")
    assert equal(weights, train(small_vae(), tmp_path / "other")[0])
    assert f"warning: test: no checkpoint ({tmp_path / 'scratch'}: File exists)" in capsys.readouterr().err


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path):
    program = (
        "import resource, sys\n"
        "from digitforge.errors import user_errors\n"
        "from digitforge.training.fit import save_weights\n"
        "from tests.training.test_fit import small_vae\n"
        "from pathlib import Path\n"
        "with user_errors():\n"
        "    model = small_vae()\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))\n"
        "    save_weights(model, Path(sys.argv[1]))\n"
    )
    path = tmp_path / "model.weights.h5"
    ended = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.splitlines()) == (2, [f"error: {path}: File too large"])
    assert not list(tmp_path.iterdir())


def test_a_loss_that_is_not_finite_is_one_clear_error(tmp_path):
    with pytest.raises(UserError, match=r"test: \w+ became (nan|inf) between steps .* lower fit.learning_rate"):
        train(small_vae(beta=3e38), tmp_path)


def test_weights_are_saved_without_the_optimiser(tmp_path):
    model = small_vae()
    train(model, tmp_path / "scratch", steps=8)
    assert model.optimizer is not None
    size = sum(weight.nbytes for weight in model.get_weights())
    save_weights(model, tmp_path / "model.weights.h5")
    assert (tmp_path / "model.weights.h5").stat().st_size < size + 60_000
    fresh = small_vae(seed=9)
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert equal(fresh.get_weights(), model.get_weights())


SETTINGS = Fit(**small.fit(steps=1000, batch=100))


def test_budget_multiplies_and_max_epochs_caps():
    def steps(examples, budget):
        return plan(SETTINGS, examples=examples, budget=budget, max_epochs=40).steps

    assert steps(60_000, 1.0) == pytest.approx(1000, abs=24)
    assert steps(1_500, 1.0) == pytest.approx(40 * 15, abs=16)
    assert steps(60_000, 10.0) == pytest.approx(10_000, rel=0.02)
    assert steps(1_500, 10.0) == pytest.approx(6_000, rel=0.02)
    assert steps(60_000, 1e-6) == 1


@pytest.mark.parametrize("wanted", [1, 7, 49, 50, 51, 399, 401, 1000, 12345])
def test_intervals_cost_little_more_than_asked(wanted):
    settings = SETTINGS.model_copy(update={"steps": wanted})
    found = plan(settings, examples=10**9, budget=1.0, max_epochs=40)
    assert wanted <= found.steps <= 1.02 * wanted + 8
    assert found.intervals <= 50
    assert Plan(3, 4).steps == 12
