"""Codes of new images: from a model's prior, or from a density fitted to codes of training images after the training.

Ex-post density estimation (Ghosh 2020, arXiv:1903.12436, section 4): an autoencoder's codes follow no prior, and even a
VAE's aggregate posterior differs from it.
"""

from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf
from sklearn.cluster import KMeans

from digitforge.data.subsets import spread
from digitforge.nn.distributions import CouplingFlow, Flowed
from digitforge.nn.priors import standard_normal
from digitforge.settings.rows import Sampling
from digitforge.training.data import batches
from digitforge.training.optimizers import FusedAdam

FIT_ON = 60_000  # codes of training images, or channels' shares of them, that a density is fitted to
VARIANCE = 1e-4  # of a Gaussian, at least, in every direction: codes may never move in some
MIXTURE_STEPS = 1  # of expectation maximisation, after k-means: more components pay, more steps don't (reports/LOG.md)
FLOW_LAYERS, FLOW_HIDDEN, FLOW_STEPS, FLOW_BATCH = 8, 128, 2_000, 256


class Sampler(Protocol):
    """Where codes come from: a fitted density below, or a model itself, which draws from its prior."""

    def draw(self, count: int, seed: int) -> np.ndarray:
        """-> [count, code] float32; the same arguments, the same codes."""
        ...


class Model(Sampler, Protocol):
    """What is sampled for: a generative model, which draws from its prior."""

    image_shape: tuple[int, int, int]

    def encode(self, images: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """uint8 [N, H, W, C] -> (best codes, drawn codes), each [N, code]."""
        ...


def responsibilities(codes: np.ndarray, weights: np.ndarray, means: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """p(k | z) of codes [N, D] under sum_k w_k N(mu_k, L_k L_k^T) -> [K, N] float32 (Bishop 2006, equation 9.23).

    In single precision, which halves the time and leaves the densities' logarithms four digits.
    """
    z, log_p = codes.astype(np.float32), np.empty((len(weights), len(codes)), np.float32)
    for k, (weight, mean, factor) in enumerate(zip(weights, means, factors, strict=True)):
        whitened = (z - mean.astype(np.float32)) @ np.linalg.inv(factor).T.astype(np.float32)
        log_p[k] = np.log(weight) - np.log(np.diag(factor)).sum() - np.einsum("nd,nd->n", whitened, whitened) / 2
    return np.exp(log_p - np.logaddexp.reduce(log_p, axis=0))


def gaussians(codes: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [K], means [K, D] and factors [K, D, D] of Gaussians with the given `shares` [K, N] in codes [N, D].

    Maximum likelihood (Bishop 2006, equations 9.24 to 9.26). Shares below 1e-4 are left out: nearly all are.
    """
    weights, means, factors = [], [], []
    for share in shares:
        own = np.flatnonzero(share > 1e-4)
        part, z = share[own].astype(np.float64), codes[own]
        weight = part.sum() + 1e-9  # a component may have lost all its codes
        mean = part @ z / weight
        covariance = (part[:, None] * (z - mean)).T @ (z - mean) / weight
        weights.append(weight)
        means.append(mean)
        factors.append(np.linalg.cholesky(covariance + VARIANCE * np.eye(codes.shape[1])))
    return np.array(weights) / np.sum(weights), np.stack(means), np.stack(factors)


@dataclass(frozen=True)
class Mixture:
    """sum_k w_k N(mu_k, L_k L_k^T), of a whole code or of each of its `shares`: these are independent and alike."""

    weights: np.ndarray  # w [K]
    means: np.ndarray  # mu [K, code]
    factors: np.ndarray  # L [K, code, code], lower triangular
    shares: int = 1

    @classmethod
    def fit(
        cls, codes: np.ndarray, seed: int, *, components: int, temperature: float = 1.0, shares: int = 1
    ) -> "Mixture":
        """Fit Gaussians with full covariances to codes [N, code], fewer if there are less than 20 codes for each.

        With `shares` above 1 to the parts [N shares, code / shares] of them all. A `temperature` below 1 narrows the
        Gaussians afterwards, deviations times so much: clearer and less diverse samples (Kingma 2018, Glow,
        arXiv:1807.03039, section 6).
        """
        codes = codes.astype(np.float64).reshape(len(codes) * shares, -1)
        components = max(1, min(components, len(codes) // 20))
        labels = KMeans(components, random_state=seed).fit(codes).labels_
        weights, means, factors = gaussians(codes, labels == np.arange(components)[:, None])
        for _ in range(MIXTURE_STEPS):
            weights, means, factors = gaussians(codes, responsibilities(codes, weights, means, factors))
        return cls(weights, means, temperature * factors, shares)

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code] float32, in random order: any prefix is a fair sample too."""
        choosing, moving = np.random.default_rng(seed).spawn(2)  # apart, so that more codes begin with the same ones
        component = choosing.choice(len(self.weights), size=count * self.shares, p=self.weights)
        z = moving.standard_normal((count * self.shares, self.means.shape[1]))
        for k in np.unique(component):
            z[component == k] = self.means[k] + z[component == k] @ self.factors[k].T
        return z.astype(np.float32).reshape(count, -1)


@dataclass(frozen=True)
class Flow:
    """N(0, I), moved by affine coupling layers, then scaled and shifted."""

    mean: np.ndarray  # [code]
    scale: np.ndarray  # [code]
    weights: np.ndarray  # of all coupling layers, end to end

    @classmethod
    def fit(cls, codes: np.ndarray, seed: int) -> "Flow":
        """Fit to codes [N, code] by maximum likelihood; starts as a Gaussian with their mean and deviations."""
        keras.utils.set_random_seed(seed)
        mean, scale = codes.mean(axis=0), codes.std(axis=0) + 1e-3
        flow = CouplingFlow(codes.shape[1], layers=FLOW_LAYERS, hidden=FLOW_HIDDEN)
        density = Flowed(standard_normal(codes.shape[1]), flow.bijector())
        rate = keras.optimizers.schedules.CosineDecay(2e-3, FLOW_STEPS)
        optimizer = FusedAdam(rate)
        optimizer.build(flow.trainable_variables)
        dataset = batches(((codes - mean) / scale,), batch=FLOW_BATCH, seed=seed).take(FLOW_STEPS)

        @tf.function
        def step(z: tf.Tensor) -> None:
            with tf.GradientTape() as tape:
                loss = -tf.reduce_mean(density.log_prob(z))
            optimizer.apply(tape.gradient(loss, flow.trainable_variables), flow.trainable_variables)

        for z in dataset:
            step(z)
        return cls(mean, scale, np.concatenate([weight.ravel() for weight in flow.get_weights()]))

    @cached_property
    def density(self) -> Flowed:
        """The flow, before scale and mean."""
        flow = CouplingFlow(len(self.mean), layers=FLOW_LAYERS, hidden=FLOW_HIDDEN)
        shapes = [weight.shape for weight in flow.get_weights()]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        parts = zip(np.split(self.weights, ends[:-1]), shapes, strict=True)
        flow.set_weights([part.reshape(shape) for part, shape in parts])
        return Flowed(standard_normal(len(self.mean)), flow.bijector())

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code] float32."""
        return self.density.sample(count, seed=[seed, 5]).numpy() * self.scale + self.mean


# `sample.codes` in params.yaml -> density that is fitted to codes; `prior` needs none
SAMPLERS: dict[str, type[Mixture] | type[Flow]] = {"mixture": Mixture, "flow": Flow}


def fit_sampler(model: Model, images: np.ndarray, sampling: Sampling, seed: int) -> Sampler:
    """The sampler that a variant asks for: the model, for its prior, or what fits the best codes of training images.

    images: uint8 [N, H, W, C]. Best codes and not drawn ones: a decoder makes clearer images of them.
    """
    if sampling.codes == "prior":
        return model
    shares = model.image_shape[-1] if sampling.shared_channels else 1
    codes, _ = model.encode(images[spread(len(images), FIT_ON // shares)], seed)
    if sampling.codes == "flow":
        return Flow.fit(codes, seed)
    assert sampling.components is not None
    return Mixture.fit(codes, seed, components=sampling.components, temperature=sampling.temperature, shares=shares)


def to_arrays(sampler: Sampler) -> dict[str, np.ndarray]:
    """What `from_arrays` needs: the name of a sampler, and its arrays; of a model `prior` alone."""
    if not is_dataclass(sampler):
        return {"name": np.array("prior")}
    name = next(name for name, kind in SAMPLERS.items() if isinstance(sampler, kind))
    return {"name": np.array(name)} | {field.name: getattr(sampler, field.name) for field in fields(sampler)}


def from_arrays(model: Sampler, arrays: dict[str, np.ndarray]) -> Sampler:
    """The sampler of `to_arrays`, which draws what it drew, bit for bit."""
    parts = dict(arrays)
    name = str(parts.pop("name"))
    return model if name == "prior" else SAMPLERS[name](**parts)  # type: ignore[arg-type]
