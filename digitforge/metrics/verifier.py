"""What a verifier says of images: predictability, accuracy, coverage, modes, divergence of classes.

`belief` is the product of the channels' top probabilities, the class the channels' top digits; an image counts where
its belief reaches a tolerance. Modes and divergence go by class alone, without a tolerance. The plain verifier's
numbers are those of the literature. The strict verifier's, with a threshold of `protocol.judge` as the tolerance, say
what is recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from digitforge.metrics.intervals import RESAMPLES, SEED, Estimate, bootstrap, from_resamples, mean

Needed = Mapping[str, float]  # beliefs from which on images are recognised, by channels: of `judge.thresholds`

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int, Integer


def beliefs_and_classes(
    probabilities: Float[np.ndarray, "N C K"],
) -> tuple[Float[np.ndarray, "N"], Int[np.ndarray, "N"]]:
    """Belief and class of each image.

    probabilities: [N, C, K] of K classes -> belief [N] in 0..1, class [N] in 0..K - 1, or of stacks in 0..10^C - 1 with
    channel 0 for the ones.
    """
    belief = probabilities.max(axis=2).prod(axis=1)
    places = 10 ** np.arange(probabilities.shape[1])
    return belief, probabilities.argmax(axis=2) @ places


def predictability(probabilities: Float[np.ndarray, "N C K"], tolerance: float) -> Estimate:
    """Share of images with belief >= tolerance; 0 (worst) to 1. probabilities: [N, C, K]."""
    belief, _ = beliefs_and_classes(probabilities)
    return mean(belief >= tolerance)


def accuracy(probabilities: Float[np.ndarray, "N C K"], labels: Integer[np.ndarray, "N"], tolerance: float) -> Estimate:
    """Share of all images with belief >= tolerance and the right class; 0 to 1.

    probabilities: [N, C, K], labels: [N], classes as of `beliefs_and_classes`.
    """
    belief, classes = beliefs_and_classes(probabilities)
    return mean((belief >= tolerance) & (classes == labels))


def coverage(
    probabilities: Float[np.ndarray, "N C K"], trained: Bool[np.ndarray, "classes"], tolerance: float
) -> Estimate:
    """Share of the `trained` classes seen at least once with belief >= tolerance; 0 to 1.

    probabilities: [N, C, K], trained: [classes] bool, the classes that there were to learn.
    """
    belief, classes = beliefs_and_classes(probabilities)
    seen = np.where((belief >= tolerance) & trained[classes], 1 + classes, 0)
    return bootstrap(lambda found: np.count_nonzero(np.bincount(found)[1:]) / trained.sum(), seen)


def expected_coverage(count: int, classes: int) -> float:
    """Coverage that a perfect uniform sampler of `classes` classes reaches on average with `count` images.

    1 - (1 - 1 / classes)^count: 1,000 perfect stacks of 1,000 classes only reach 0.632.
    """
    return float(1 - (1 - 1 / classes) ** count)


def class_counts(probabilities: Float[np.ndarray, "N C K"], tolerance: float = 0) -> Int[np.ndarray, "classes"]:
    """How many images with belief >= tolerance are read as each class: [N, C, K] -> [K], or of stacks [10^C]."""
    belief, classes = beliefs_and_classes(probabilities)
    channels, count = probabilities.shape[1:]
    return np.bincount(classes[belief >= tolerance], minlength=count if channels == 1 else 10**channels)


def resampled_classes(counts: Int[np.ndarray, "K"]) -> Int[np.ndarray, "B K"]:
    """Class counts of bootstrap samples of the images: [K] -> [100, K]."""
    return np.random.default_rng(SEED).multinomial(counts.sum(), counts / counts.sum(), size=RESAMPLES)


def modes(counts: Int[np.ndarray, "K"]) -> Estimate:
    """Number of classes seen at least once (Lin 2018, PacGAN, arXiv:1712.04086, section 4); more is better.

    counts: [K] of the images read as each class. The interval is over resampled images.
    """
    return from_resamples(float(np.sum(counts > 0)), np.sum(resampled_classes(counts) > 0, axis=1))


def kl_divergence(counts: Int[np.ndarray, "K"], target: Float[np.ndarray, "K"]) -> Estimate:
    """KL(generated || target) over classes in nats; 0 is best, `kl_floor` what a perfect sampler reads on average.

    sum_k q_k log(q_k / p_k) with q = counts / sum(counts) (Lin 2018, PacGAN, arXiv:1712.04086, section 4: 26,000
    samples, the target uniform over 1,000 stacks). counts: [K], target: [K] probabilities, > 0 wherever counts are.
    """

    from scipy.special import rel_entr  # imported late: whoever asks only what metrics there are shall not wait for it

    def divergence(found: np.ndarray) -> np.ndarray:
        return rel_entr(found / found.sum(axis=-1, keepdims=True), target).sum(axis=-1)

    return from_resamples(float(divergence(counts)), divergence(resampled_classes(counts)))


def kl_floor(count: int, target: Float[np.ndarray, "K"]) -> float:
    """Expected KL(empirical || target), in nats, of `count` independent draws of the target itself.

    Exact: sum_k E[(n_k / n) log(n_k / (n p_k))] with n_k ~ Binomial(n, p_k); about (K - 1) / 2n. target: [K].
    """
    from scipy.special import gammaln, xlog1py

    total = 0.0
    # Equal probabilities have equal terms: a uniform target needs one.
    for p, repeats in zip(*np.unique(target[target > 0], return_counts=True), strict=True):
        n_k = np.arange(1, count + 1)
        ways = gammaln(count + 1) - gammaln(n_k + 1) - gammaln(count - n_k + 1)
        chance = np.exp(ways + n_k * np.log(p) + xlog1py(count - n_k, -p))
        total += repeats * float(np.sum(chance * n_k / count * np.log(n_k / (count * p))))
    return total
