import numpy as np
import pytest

from digitforge.metrics.calibration import expected_calibration_error

RNG = np.random.default_rng(0)


def test_against_a_slow_obvious_loop_over_bins():
    probabilities = RNG.dirichlet(np.full(10, 0.3), size=2000)
    labels = RNG.integers(0, 10, 2000)
    total = 0.0
    for low in np.arange(15) / 15:
        inside = [
            (p.max(), int(p.argmax() == label))
            for p, label in zip(probabilities, labels, strict=True)
            if low < p.max() <= low + 1 / 15
        ]
        if inside:
            confidence, correct = np.mean(inside, axis=0)
            total += len(inside) / 2000 * abs(correct - confidence)
    assert expected_calibration_error(probabilities, labels) == pytest.approx(total, abs=1e-12)


def test_sure_and_right_is_zero_sure_and_wrong_is_one():
    sure = np.eye(10)[RNG.integers(0, 10, 100)]
    assert expected_calibration_error(sure, sure.argmax(axis=1)) == 0
    assert expected_calibration_error(sure, (sure.argmax(axis=1) + 1) % 10) == 1


def test_honest_probabilities_come_close_to_zero():
    probabilities = RNG.dirichlet(np.ones(10), size=50_000)
    labels = (probabilities.cumsum(axis=1) > RNG.random((50_000, 1))).argmax(axis=1)
    assert expected_calibration_error(probabilities, labels) < 0.01
