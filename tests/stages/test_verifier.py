"""What stage `verifier` trains on and leaves, without the training itself."""

from dataclasses import replace

import numpy as np
import pytest

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.nondigits.exposure import held_out
from digitforge.data.raw import SourceFacts
from digitforge.protocol.judge import ACCEPTED
from digitforge.settings.trainings import VERIFIED
from stages import verifier
from tests import small
from tests.tiny_project import images

RNG = np.random.default_rng(0)
KINDS = ["inverted", "mirrored"]
DIGITS = SourceFacts("digits", "mnist")


@pytest.fixture
def stage(repository, monkeypatch):
    """A function that runs the stage for a row, on so many images -> the data, the network and what it would learn."""

    def run(key, count=1200, source=DIGITS):
        content = small.content()
        content["verifiers"]["strict"]["nondigits"] = {"per_digit": 0.5, "kinds": KINDS}
        small.write_recipe("verifier", key, content)
        (x_train, y_train), (x_test, y_test) = images(count, RNG), images(60, RNG)
        y_train, y_test = y_train % len(source.names), y_test % len(source.names)
        arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
        Dataset(VERIFIED, source, arrays).write()
        seen = {}

        def train(training, model, arrays, test, fit, save, **_):
            seen.update(training=training, model=model, arrays=arrays, test=test, fit=fit)
            save([])

        monkeypatch.setattr(verifier, "train", train)
        monkeypatch.setattr(verifier, "live", lambda *_: None)
        monkeypatch.setattr(verifier, "write_history", lambda path, history: files.write_text(path, "step\n"))
        verifier.main(key)
        return x_train, y_train, seen

    return run


def judge_of(key):
    return files.read_json(files.VERIFIER / key / "judge.json")


def known(found):
    return {image.tobytes() for image in found}


def test_the_strict_one_learns_digits_and_non_digits_but_none_that_is_held_out(stage):
    x, y, seen = stage("strict")
    kept = held_out(len(x), wanted=True)
    learnt, labels = seen["arrays"]
    assert kept.sum() == 100
    np.testing.assert_array_equal(learnt[:1100], x[~kept])
    np.testing.assert_array_equal(labels[:1100], y[~kept])
    assert len(learnt) == 1100 + 2 * 275
    assert set(labels[1100:]) == {10}
    assert not known(learnt) & known(x[kept])
    # Nor is a non-digit made of one.
    assert known(255 - learnt[1100:1375]) <= known(x[~kept])
    assert known(learnt[1375:, :, ::-1]) <= known(x[~kept])
    assert seen["training"].name == "verifier_strict"
    assert seen["test"][0].shape == (60, 28, 28, 1)


def test_the_held_out_digits_set_its_thresholds(stage):
    x, _, seen = stage("strict")
    judge = judge_of("strict")
    assert judge["answers"] == 11
    probabilities, _ = seen["model"].read(x[held_out(len(x), wanted=True)])
    assert np.mean(probabilities[:, 0].max(axis=1) >= judge["thresholds"]["float"]["1"]) == pytest.approx(ACCEPTED)
    assert (files.VERIFIER / "strict" / "verifier.weights.h5").exists()
    metrics = files.read_json(files.METRICS / "verifier" / "strict.json")
    assert metrics["source"] == "digits, standing in for mnist"
    assert 0 <= metrics["accuracy"] <= 1


def test_the_plain_one_learns_all_digits_and_nothing_else(stage):
    x, y, seen = stage("plain")
    np.testing.assert_array_equal(seen["arrays"][0], x)
    np.testing.assert_array_equal(seen["arrays"][1], y)
    assert judge_of("plain") == {"classes": 10, "answers": 10}


def test_few_images_make_a_plain_classifier_with_thresholds_and_it_is_said(stage, capsys):
    x, _, seen = stage("strict", count=200)
    kept = held_out(200, wanted=True)
    np.testing.assert_array_equal(seen["arrays"][0], x[~kept])
    judge = judge_of("strict")
    assert judge["answers"] == 10
    assert set(judge["thresholds"]) == {"float", "binary"}
    assert "verifier_strict: 200 training images are too few to learn what is none" in capsys.readouterr().out


def test_of_a_folders_classes_a_mirrored_image_is_no_stranger(stage):
    _, _, seen = stage("strict", source=replace(DIGITS, name="folder shapes", classes=("a", "b"), stand_in_for=None))
    learnt, labels = seen["arrays"]
    assert np.sum(labels == 2) == 550  # after the two classes
    assert learnt[labels == 2].mean() > 128  # all of them inverted: none is mirrored
    assert judge_of("strict")["classes"] == 2
    assert judge_of("strict")["answers"] == 3
