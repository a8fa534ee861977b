"""What the verification classifier says of images: coverage, predictability, accuracy.

`belief` is the product of the channels' top probabilities, the class the channels' top digits; an image counts as
recognised when its belief reaches a tolerance.
"""

import numpy as np


def judge(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Belief and class of each image.

    probabilities: [N, C, 10] -> belief [N] in 0..1, class [N] in 0..10^C - 1 with channel 0 for the ones.
    """
    belief = probabilities.max(axis=2).prod(axis=1)
    places = 10 ** np.arange(probabilities.shape[1])
    return belief, probabilities.argmax(axis=2) @ places


def predictability(probabilities: np.ndarray, tolerance: float) -> float:
    """Share of images with belief >= tolerance; 0 (worst) to 1. probabilities: [N, C, 10]."""
    belief, _ = judge(probabilities)
    return float(np.mean(belief >= tolerance))


def coverage(probabilities: np.ndarray, tolerance: float) -> float:
    """Share of the 10^C classes seen at least once with belief >= tolerance; 0 to 1. probabilities: [N, C, 10]."""
    belief, classes = judge(probabilities)
    return len(np.unique(classes[belief >= tolerance])) / 10 ** probabilities.shape[1]


def accuracy(probabilities: np.ndarray, labels: np.ndarray, tolerance: float) -> float:
    """Share of all images with belief >= tolerance and the right class; 0 to 1.

    probabilities: [N, C, 10], labels: [N] in 0..10^C - 1.
    """
    belief, classes = judge(probabilities)
    return float(np.mean((belief >= tolerance) & (classes == labels)))


def expected_coverage(count: int, channels: int) -> float:
    """Coverage that a perfect uniform sampler reaches on average with `count` images: 1 - (1 - 10^-C)^count."""
    return float(1 - (1 - 10.0**-channels) ** count)
