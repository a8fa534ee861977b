"""The verifiers of a project, and whether one can learn to answer "no digit"."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from digitforge import files
from digitforge.data.nondigits.exposure import exposed, held_out
from digitforge.data.nondigits.kinds import make
from digitforge.metrics.verifier import beliefs_and_classes
from digitforge.models import verifiers
from digitforge.models.verifier import VerifierNetwork
from digitforge.models.verifiers import Verifiers, load
from digitforge.protocol.judge import thresholds
from digitforge.settings.judges import NAMES, SEEN_BY
from tests.tiny_project import images

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def networks(project):
    return {name: load(project / files.VERIFIER / name) for name in NAMES}


def test_all_verifiers_read_the_same_images(project, networks, monkeypatch):
    x = RNG.integers(0, 256, (5, 28, 28, 3)).astype(np.uint8)
    found = Verifiers(project).read(x)
    alone = {name: network.read(x) for name, network in networks.items()}
    assert found.keys() == {"probabilities", "strict", "features"}
    np.testing.assert_array_equal(found["probabilities"], alone["plain"][0])
    np.testing.assert_array_equal(found["strict"], alone["strict"][0])
    np.testing.assert_array_equal(found["features"], alone[SEEN_BY][1])
    assert np.any(alone["plain"][1] != alone["strict"][1])
    monkeypatch.setattr(verifiers, "CONTROLLED", 2)
    np.testing.assert_allclose(Verifiers(project).control(x), alone["control"][0][:2], rtol=1e-4, atol=1e-6)


def test_only_a_strict_one_leaves_something_for_no_digit(networks):
    x = RNG.integers(0, 256, (5, 28, 28, 1)).astype(np.uint8)
    sums = {name: network.read(x)[0].sum(axis=2) for name, network in networks.items()}
    np.testing.assert_allclose(sums["plain"], 1, rtol=1e-5)
    for name in ("strict", "control"):
        assert np.all(sums[name] < 0.999)
        assert networks[name].read(x)[0].shape == (5, 1, 10)


def test_colour_pictures_are_read_whole_by_all(project):
    x = RNG.integers(0, 256, (5, 28, 28, 3)).astype(np.uint8)
    seen = Verifiers(project, pictures=True)
    grey = Verifiers(project).read(x.max(axis=3, keepdims=True))
    for name, array in seen.read(x).items():
        np.testing.assert_array_equal(array, grey[name])
    assert seen.control(x).shape == (5, 1, 10)


def test_the_last_answer_has_no_probability_of_its_own_and_is_what_is_lacking():
    model = VerifierNetwork(refuses=True, seed=1)
    x = RNG.integers(0, 256, (4, 28, 28, 1)).astype(np.uint8)
    answers = tf.nn.softmax(model(x.astype(np.float32) / 255)).numpy()
    probabilities = model.read(x)[0][:, 0]
    assert answers.shape == (4, 11)
    np.testing.assert_allclose(probabilities, answers[:, :10], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(1 - probabilities.sum(axis=1), answers[:, 10], rtol=1e-3, atol=1e-5)


def test_it_has_as_many_answers_as_there_are_classes():
    model = VerifierNetwork(classes=26, refuses=True, seed=1)
    x = RNG.integers(0, 256, (2, 28, 28, 1)).astype(np.uint8)
    assert model(x.astype(np.float32) / 255).shape == (2, 27)
    assert model.read(x)[0].shape == (2, 1, 26)


def trained(refuses, x, labels):
    """A verifier after 100 steps."""
    model = VerifierNetwork(refuses=refuses, seed=1)
    model.compile(optimizer=keras.optimizers.Adam(0.003))
    shuffled = tf.data.Dataset.from_tensor_slices((x, labels)).shuffle(len(x), seed=1).repeat().batch(64)
    model.fit(shuffled, steps_per_epoch=100, epochs=1, shuffle=False, verbose=0)
    return model


def beliefs_in(model, x):
    return beliefs_and_classes(model.read(x)[0])[0]


def test_a_verifier_learns_to_refuse_what_it_never_saw():
    """Digits are dots at ten places: noise, and torn dots, are none."""
    x, labels = images(1200, RNG)
    kept = held_out(len(x), wanted=True)
    digits = x[~kept], labels[~kept]
    strict = trained(True, *exposed(*digits, ["overlaid", "blobs", "tiles_shuffled", "constant"], 1.0, seed=1))
    plain = trained(False, *digits)
    needed = thresholds(strict.read, x[kept], seed=1)["float"]["1"]
    test, answers = images(200, np.random.default_rng(5))
    assert np.mean(beliefs_in(strict, test) >= needed) > 0.8
    for model in (strict, plain):
        assert np.mean(model.read(test)[0][:, 0].argmax(axis=1) == answers) > 0.95
    for kind in ("noise", "rows_jittered"):  # neither was learnt
        strange = make(kind, test[..., 0], answers, 200, np.random.default_rng(6))[..., None]
        refused, believed = beliefs_in(strict, strange), beliefs_in(plain, strange)
        assert np.mean(refused >= needed) < 0.1, kind
        # A classifier that must name a digit believes in one.
        assert believed.mean() > refused.mean() + 0.1, kind
    assert np.mean(believed >= 0.8) > 0.3
