"""One grey model applied channel by channel to stacks of three digits, for which it needs no training of its own."""

from typing import Any

import numpy as np

from digitforge.metrics import verifier
from digitforge.protocol.samples import classes

Arrays = dict[str, np.ndarray]


def of_variant(found: Arrays, stacks: Arrays, count: int, tolerance: float, seed: int) -> dict[str, Any]:
    """Stacks of a grey variant's reconstructions, and of its samples. found: of stage `sample`.

    stacks: of `reference.of_stacks`; count: stacks of samples to make; tolerance: that of stacks. A channel of a stack
    is a grey image that the verifier has read already: only its readings are put together.
    """
    groups: dict[str, Any] = {}
    if "reconstruction_probabilities" in found:
        judged = restacked(found["reconstruction_probabilities"], stacks["stack_digits"])
        groups["reconstruction"] = {
            "predictability": verifier.predictability(judged, tolerance),
            "accuracy": verifier.accuracy(judged, stacks["stack_labels"], tolerance),
        }
    target = stacks["stack_trained"] / stacks["stack_trained"].sum()
    drawn = draw(len(found["sample_probabilities"]), count, stacks["stack_digits"].shape[1], seed)
    groups["samples"] = classes(restacked(found["sample_probabilities"], drawn), target, tolerance)
    main = {name: groups["samples"][name] for name in ("modes", "kl_nats") if name in groups["samples"]}
    if "reconstruction" in groups:
        main = {"accuracy": groups["reconstruction"]["accuracy"], **main}
    return main | groups


def draw(samples: int, count: int, channels: int, seed: int) -> np.ndarray:
    """Which of the grey samples each stack shows, drawn with the seed and with replacement -> [count, channels].

    A sample is in several stacks: 26,000 stacks of 10,000 samples show each about eight times. Intervals and the
    divergence's floor take the stacks as independent and are a little too small.
    """
    return np.random.default_rng([seed, channels]).integers(samples, size=(count, channels))


def restacked(probabilities: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Probabilities of stacks of grey images: [N, 1, 10] and, in 0..N - 1, [M, C] -> [M, C, 10]."""
    return probabilities[positions, 0]
