"""What is recognised: the strict verifier's belief, and the threshold that accepts 95 % of real digits.

A classifier of ten digits must name one, whatever it sees, and is sure of noise. The strict verifier can answer "no
digit". An image is recognised where its belief, the product over channels of the top digit's probability, reaches a
threshold; what the probabilities of the digits lack to 1 is that of "no digit".
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from digitforge.data.stacked import binarize
from digitforge.metrics.calibration import accuracy, expected_calibration_error
from digitforge.metrics.verifier import beliefs_and_classes

ACCEPTED = 0.95  # share of held-out training digits that a threshold accepts
STACKED = 3  # channels of a stack
FEATURES = ("plain", "strict")  # verifiers whose features could serve distances
SHOWN = 24  # images of each kind that are kept to look at
VALUES: dict[str, Callable[[np.ndarray], np.ndarray]] = {"float": lambda images: images, "binary": binarize}

Read = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # of `VerifierNetwork`


def thresholds(read: Read, digits: np.ndarray, seed: int) -> dict[str, dict[str, float]]:
    """The belief that 95 % of real images reach. digits: [N, H, W, 1] uint8, held out from training.

    -> {"float", "binary"} -> {"1": of an image of one channel, "3": of a stack of three digits}.
    """
    drawn = np.random.default_rng([seed, STACKED]).integers(len(digits), size=(10 * len(digits), STACKED))
    found = {}
    for values, prepare in VALUES.items():
        beliefs, _ = beliefs_and_classes(read(prepare(digits))[0])
        of_channels = {"1": beliefs, str(STACKED): beliefs[drawn].prod(axis=1)}
        found[values] = {name: float(np.quantile(of, 1 - ACCEPTED)) for name, of in of_channels.items()}
    return found


def measured(read: Read, images: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """A verifier's accuracy and calibration error on test digits [N, H, W, 1], grey and binarised.

    Accuracy is among the ten digits. Calibration is that of all answers: "no digit" is wrong of every one of them.
    """
    metrics = {}
    for suffix, values in (("", "float"), ("_binary", "binary")):
        probabilities = read(VALUES[values](images))[0][:, 0]
        answers = np.append(probabilities, np.maximum(1 - probabilities.sum(axis=1, keepdims=True), 0), axis=1)
        metrics[f"accuracy{suffix}"] = round(accuracy(probabilities, labels), 4)
        metrics[f"calibration_error{suffix}"] = round(expected_calibration_error(answers, labels), 4)
    return metrics
