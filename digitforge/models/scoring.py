"""What a trained model says of single images, in nats. Needed by stage `sample` alone."""

from typing import Any, Protocol

import numpy as np

from digitforge.metrics.log_p import importance_weighted_bound, prior_log_likelihood
from digitforge.metrics.neighbours import neighbour_distance
from digitforge.models.base import GenerativeModel
from digitforge.nn.backend import tf
from digitforge.nn.batches import in_batches, scale
from digitforge.nn.distributions import Distribution, Posterior

DECODES = 1_000  # images decoded at once: enough for full matrix products, few enough to stay in cache
PRIOR_DRAWS = 10_000
AGGREGATE_DRAWS = 1_000


class HasLikelihood(Protocol):
    """What is asked of a model whose p(x) is defined."""

    encoder: Any
    posterior: Posterior

    def q_z(self, x: tf.Tensor, training: bool = False) -> Distribution: ...

    def p_z(self) -> Distribution: ...

    def weigh(
        self, x: tf.Tensor, draws: int, seed: tf.Tensor, *, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor]: ...


def image_nats(model: GenerativeModel, images: np.ndarray, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Each [N], for uint8 images [N, H, W, C].

    cross_entropy_nats: -log p(x|z) of the best code z. Where the model has a likelihood also
    reconstruction_nats: mean of -log p(x|z_k) over `draws` z_k ~ q(z|x); kl_nats: KL(q(z|x) || p(z)), estimated with
    the same z_k; log_p: the importance-weighted bound of `draws`; prior_log_p: log p(x) from 10,000 draws of the prior.
    """

    def reconstruct(index: int, x: tf.Tensor) -> dict[str, tf.Tensor]:
        best, _ = model.codes(scale(x), tf.stack([seed, index]))
        return {"cross_entropy_nats": model.pixels.nll(scale(x), model.decoder(best))}

    found = in_batches(reconstruct, images)
    if model.has_likelihood:
        found |= importance_nats(model, images, draws, seed)
        found["prior_log_p"] = prior_nats(model, images, seed)
    return found


def prior_nats(model: GenerativeModel, images: np.ndarray, seed: int) -> np.ndarray:
    """log p(x) of images [N, H, W, C], uint8, from 10,000 draws of the prior -> [N]."""

    def natural(index: int, z: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(zip(("eta", "normaliser"), model.pixels.natural(model.decoder(z)), strict=True))

    decoded = in_batches(natural, model.draw(PRIOR_DRAWS, seed))
    base = in_batches(lambda i, x: {"h": model.pixels.base_measure(scale(x))}, images)["h"]
    return prior_log_likelihood(images, decoded["eta"], decoded["normaliser"]) + base


def importance_nats(model: HasLikelihood, images: np.ndarray, draws: int, seed: int) -> dict[str, np.ndarray]:
    """reconstruction_nats, kl_nats and log_p of `image_nats`, decoding about 1,000 images at a time."""
    at_once, most = max(1, DECODES // draws), min(draws, DECODES)
    weigh = tf.function(
        lambda x, count, key: model.weigh(scale(x), count, key),
        reduce_retracing=True,
    )
    parts = []
    for start in range(0, len(images), at_once):
        x = tf.constant(images[start : start + at_once])
        chunks = [
            weigh(x, min(most, draws - first), tf.random.experimental.stateless_fold_in([seed, start], first))
            for first in range(0, draws, most)
        ]
        log_p_xz, log_ratio = (np.concatenate(part, axis=1, dtype=np.float64) for part in zip(*chunks, strict=True))
        parts.append((-log_p_xz.mean(1), log_ratio.mean(1), importance_weighted_bound(log_p_xz - log_ratio)))
    names = ("reconstruction_nats", "kl_nats", "log_p")
    return {name: np.concatenate(part) for name, part in zip(names, zip(*parts, strict=True), strict=True)}


def score(
    model: GenerativeModel,
    images: np.ndarray,
    training: np.ndarray,
    sets: dict[str, np.ndarray],
    draws: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """What the model says of every test image [N, H, W, C] and of every image of the out-of-distribution sets.

    The arrays of `image_nats`, and code_distance, from the `training` codes [T, code].
    """
    parts = [images, *sets.values()]
    nats = image_nats(model, np.concatenate([model.observe(part, seed) for part in parts]), draws, seed)
    nats["code_distance"] = neighbour_distance(training, model.encode(np.concatenate(parts), seed)[0])
    ends = np.cumsum([len(images), *map(len, sets.values())])
    prefixes = ["", *(f"{name}_" for name in sets)]
    return {
        prefix + name: part
        for name, values in nats.items()
        for prefix, part in zip(prefixes, np.split(values, ends[:-1]), strict=True)
    }


def weigh_closely(
    model: HasLikelihood, images: np.ndarray, chosen: np.ndarray, draws: int, seed: int
) -> dict[str, np.ndarray]:
    """tight_log_p [n], log p(x) by many draws, of the observed images at positions tight_images = `chosen` [n]."""
    return {"tight_images": chosen, "tight_log_p": importance_nats(model, images[chosen], draws, seed)["log_p"]}


def aggregate_posterior(model: HasLikelihood, images: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """log_q_zx, log_q_z and log_p_z, each [M], for one z ~ q(z|x) of M = 1,000 of the N images (or all, if fewer).

    q(z) = 1/N sum_n q(z|x_n) over all N images, in log space.
    """
    chosen = np.random.default_rng(seed).permutation(len(images))[:AGGREGATE_DRAWS]
    parameters = in_batches(lambda i, x: {"q": model.encoder(scale(x))}, images)["q"]
    q_z = model.posterior.distribution(tf.constant(parameters))
    of_chosen = model.posterior.distribution(tf.constant(parameters[chosen]))
    z = of_chosen.sample(seed=[seed, 3])
    density = tf.function(lambda z: tf.reduce_logsumexp(q_z.log_prob(z[:, None]), axis=1), reduce_retracing=True)
    log_q_z = np.concatenate([density(z[i : i + 20]).numpy() for i in range(0, len(chosen), 20)]) - np.log(len(images))
    return {"log_q_zx": of_chosen.log_prob(z).numpy(), "log_q_z": log_q_z, "log_p_z": model.p_z().log_prob(z).numpy()}
