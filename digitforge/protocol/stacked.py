"""One grey model applied channel by channel to stacks of three digits, for which it needs no training of its own."""

from typing import Any

import numpy as np

from digitforge.metrics import verifier
from digitforge.protocol import reconstruction
from digitforge.protocol.samples import classes, recognised

Arrays = dict[str, np.ndarray]


def of_variant(
    found: Arrays, stacks: Arrays, count: int, tolerance: float, needed: verifier.Needed, seed: int
) -> dict[str, Any]:
    """Stacks of a grey variant's reconstructions, and of its samples. found: of stage `sample`.

    stacks: of `reference.of_stacks`; count: stacks of samples to make; tolerance: that of stacks; needed: as of
    `samples.of_variant`. A channel of a stack is a grey image that the verifiers have read already: only their readings
    are put together.
    """
    groups: dict[str, Any] = {}
    if "reconstruction_probabilities" in found:
        digits, labels = stacks["stack_digits"], stacks["stack_labels"]
        strict, plain = (found[f"reconstruction_{name}"][digits, 0] for name in ("strict", "probabilities"))
        groups["reconstruction"] = reconstruction.read(strict, plain, labels, tolerance, needed)
    target = stacks["stack_trained"] / stacks["stack_trained"].sum()
    drawn = draw(len(found["sample_probabilities"]), count, stacks["stack_digits"].shape[1], seed)
    strict, plain = (found[f"sample_{name}"][drawn, 0] for name in ("strict", "probabilities"))
    groups["samples"] = recognised(strict, target, needed) | classes(plain, target, tolerance)
    main = {name: groups["samples"][name] for name in ("recognised", "modes", "kl_nats") if name in groups["samples"]}
    if "reconstruction" in groups:
        main = {name: groups["reconstruction"][name] for name in ("right", "accuracy")} | main
    return main | groups


def draw(samples: int, count: int, channels: int, seed: int) -> np.ndarray:
    """Which of the grey samples each stack shows, drawn with the seed and with replacement -> [count, channels].

    A sample is in several stacks: 26,000 stacks of 10,000 samples show each about eight times. Intervals and the
    divergence's floor take the stacks as independent and are a little too small.
    """
    return np.random.default_rng([seed, channels]).integers(samples, size=(count, channels))
