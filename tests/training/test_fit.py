import keras
import numpy as np
import pytest

from stages.models import build
from stages.pipeline.errors import UserError
from stages.pipeline.params import Fit
from stages.training import callbacks
from stages.training.fit import fit, interval_length

NETWORK = {"name": "dense", "encoder": [16], "decoder": [16], "activation": "relu", "code_activation": "linear"}
IMAGES = np.where(np.random.default_rng(0).random((60, 8, 8, 1)) < 0.3, np.uint8(255), np.uint8(0))


class Killed(Exception):
    pass


def train(scratch, *, steps=64, ema=0.9, rate=0.01, schedule="cosine", listener=lambda row: None, seed=1, beta=1.0):
    keras.utils.set_random_seed(seed)
    arguments = {"code": 3, "network": NETWORK, "posterior": "tril", "beta": beta}
    model = build("vae", (8, 8, 1), arguments)
    settings = Fit(steps=steps, batch=16, learning_rate=rate, schedule=schedule, ema=ema)
    rows = fit(
        model,
        (IMAGES,),
        (IMAGES[:20],),
        settings=settings,
        steps=steps,
        seed=seed,
        label="test",
        scratch=scratch,
        listener=listener,
    )
    return model, rows


def test_loss_falls_and_rows_are_told(tmp_path):
    heard = []
    _, rows = train(tmp_path / "a", steps=400, listener=heard.append)
    assert heard == rows
    assert rows[-1]["step"] == 400
    assert rows[-1]["val_loss"] < rows[0]["val_loss"]
    assert rows[-1]["loss"] == pytest.approx(rows[-1]["reconstruction_nats"] + rows[-1]["kl_nats"], rel=1e-4)


def test_same_seed_same_weights_bit_for_bit(tmp_path):
    first, rows = train(tmp_path / "a")
    second, again = train(tmp_path / "b")
    other, _ = train(tmp_path / "c", seed=2)
    assert rows == again
    for one, two in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_a_killed_run_resumes_to_the_same_weights(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(callbacks, "CHECKPOINT_EVERY_SECONDS", 0)
    whole, rows = train(tmp_path / "whole")

    def die(row):
        if row["step"] >= 40:
            raise Killed

    with pytest.raises(Killed):
        train(tmp_path / "killed", listener=die)
    assert any((tmp_path / "killed").iterdir())
    resumed, again = train(tmp_path / "killed")
    assert "resuming at step" in capsys.readouterr().out
    assert again == rows
    for one, two in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not (tmp_path / "killed").exists()


def test_a_loss_that_is_not_finite_is_one_clear_error(tmp_path):
    with pytest.raises(UserError, match=r"test: the loss became (nan|inf) between steps .* lower fit.learning_rate"):
        train(tmp_path, beta=3e38)


@pytest.mark.parametrize("steps", [1, 7, 49, 50, 51, 399, 401, 1000, 12345])
def test_intervals_cost_little_more_than_asked(steps):
    length = interval_length(steps)
    total = -(-steps // length) * length
    assert steps <= total <= 1.02 * steps + 8
    assert total // length <= 50
