from itertools import product

import numpy as np
import pytest

from digitforge.data.stacked import binarize
from digitforge.protocol.judge import ACCEPTED, measured, thresholds

RNG = np.random.default_rng(0)
COUNT = 60
# Images of every brightness and contrast, so that thresholded ones are read otherwise.
DIGITS = (RNG.random((COUNT, 28, 28, 1)) * RNG.uniform(150, 255, (COUNT, 1, 1, 1))).astype(np.uint8)


def read(images):
    """A verifier that believes in bright images; its other answer is "no digit"."""
    belief = 0.2 + 0.8 * images.mean(axis=(1, 2, 3)) / 255
    return np.eye(10)[np.arange(len(images)) % 10][:, None] * belief[:, None, None], None


def beliefs_in(images):
    return [float(of.max()) for of in read(images)[0]]


@pytest.mark.parametrize(("values", "prepare"), [("float", lambda x: x), ("binary", binarize)])
def test_95_percent_of_held_out_digits_reach_the_threshold(values, prepare):
    needed = thresholds(read, DIGITS, seed=1)[values]["1"]
    beliefs = beliefs_in(prepare(DIGITS))
    reached = sum(belief >= needed for belief in beliefs)
    assert reached == np.ceil(ACCEPTED * COUNT) == 57
    assert sorted(beliefs)[2] <= needed <= sorted(beliefs)[3]


@pytest.mark.parametrize(("values", "prepare"), [("float", lambda x: x), ("binary", binarize)])
def test_95_percent_of_stacks_of_three_of_them_reach_the_threshold_of_stacks(values, prepare):
    needed = thresholds(read, DIGITS, seed=1)[values]["3"]
    beliefs = beliefs_in(prepare(DIGITS))
    reached = [a * b * c >= needed for a, b, c in product(beliefs, repeat=3)]
    assert np.mean(reached) == pytest.approx(ACCEPTED, abs=0.03)
    assert needed < thresholds(read, DIGITS, seed=1)[values]["1"]


def test_grey_and_thresholded_images_have_thresholds_of_their_own_and_the_seed_draws_the_stacks():
    first, again, other = (thresholds(read, DIGITS, seed) for seed in (1, 1, 2))
    assert first == again
    assert first["float"]["1"] != first["binary"]["1"]
    for values in ("float", "binary"):
        assert first[values]["1"] == other[values]["1"]
        assert first[values]["3"] != other[values]["3"]


def slow_calibration_error(probabilities, labels):
    """Of all eleven answers: an image of "no digit" is read wrong."""
    error = 0.0
    for low in range(15):
        confidences, hits = [], []
        for found, label in zip(probabilities, labels, strict=True):
            answers = [*found, 1 - sum(found)]
            top = max(answers)
            if low / 15 < top <= (low + 1) / 15:
                confidences.append(top)
                hits.append(answers.index(top) == label)
        if confidences:
            error += len(hits) / len(labels) * abs(np.mean(hits) - np.mean(confidences))
    return error


def test_no_digit_is_a_wrong_answer_in_the_calibration_and_none_in_the_accuracy():
    labels = RNG.integers(10, size=300)
    answers = RNG.dirichlet(np.full(11, 0.3), 300)
    answers[:60, 10] += 5
    answers[60:200, :][np.arange(140), labels[60:200]] += 2
    answers /= answers.sum(axis=1, keepdims=True)
    digits = answers[:, :10]
    images = np.zeros((300, 28, 28, 1), np.uint8)
    found = measured(lambda x: (digits[:, None], None), images, labels)
    assert (
        found["accuracy"]
        == found["accuracy_binary"]
        == pytest.approx(
            np.mean([max(range(10), key=lambda d: row[d]) == label for row, label in zip(digits, labels, strict=True)]),
            abs=1e-4,
        )
    )
    assert found["calibration_error"] == pytest.approx(slow_calibration_error(digits, labels), abs=1e-4)
    ten = digits / digits.sum(axis=1, keepdims=True)
    assert found["calibration_error"] != pytest.approx(slow_calibration_error(ten, labels), abs=0.02)
    assert set(found) == {f"{name}{suffix}" for name in ("accuracy", "calibration_error") for suffix in ("", "_binary")}


def test_a_verifier_is_measured_on_grey_and_on_thresholded_images():
    dark = np.arange(COUNT) < 20

    def fails_on_black(images):
        """Reads 7 in a picture that is all black, else 3."""
        return np.eye(10)[np.where(images.any(axis=(1, 2, 3)), 3, 7)][:, None], None

    images = np.where(dark[:, None, None, None], DIGITS // 3, np.uint8(255))  # thresholded, a third is black
    found = measured(fails_on_black, images, np.full(COUNT, 3))
    assert (found["accuracy"], found["accuracy_binary"]) == (1, pytest.approx(2 / 3, abs=1e-4))
    assert found["calibration_error"] == 0
    assert found["calibration_error_binary"] == pytest.approx(1 / 3, abs=1e-4)
