"""Codes of new images: from a model's prior, or from a density fitted to codes of training images after the training.

Ex-post density estimation (Ghosh 2020, arXiv:1903.12436, section 4): an autoencoder's codes follow no prior, and even a
VAE's aggregate posterior differs from it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
from pydantic import Field

from digitforge.data.subsets import spread
from digitforge.nn import gaussians
from digitforge.nn.backend import keras, tf
from digitforge.nn.batches import batches
from digitforge.nn.distributions import CouplingFlow, Flowed, standard_normal
from digitforge.schema import Positive, Schema, one_of, tag

FIT_ON = 60_000  # codes of training images, or channels' shares of them, that a density is fitted to


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


class SamplingSettings(Schema):
    """Where codes come from, and where a pixel counts as lit (null: images stay grey)."""

    least_code: ClassVar[int] = 1  # values that a code must have
    codes: str
    threshold: Annotated[float, Field(gt=0, lt=1)] | None

    @property
    def channel_by_channel(self) -> bool:
        """Whether the share of a code that each channel is drawn from is sampled by itself."""
        return False


class FromPrior(SamplingSettings):
    codes: Literal["prior"]


class PriorSampler:
    """The model itself."""

    @staticmethod
    def fit(model: Model, images: np.ndarray, settings: FromPrior, seed: int) -> Sampler:
        """Nothing is fitted."""
        return model


class FromMixture(SamplingSettings):
    """`temperature`: factor on the Gaussians' deviations; `shared_channels`: one mixture for the shares of channels."""

    codes: Literal["mixture"]
    components: Positive
    temperature: Annotated[float, Field(gt=0, le=1)]
    shared_channels: bool

    @property
    def channel_by_channel(self) -> bool:
        return self.shared_channels


@dataclass(frozen=True)
class MixtureSampler:
    """sum_k w_k N(mu_k, L_k L_k^T), of a whole code or of each of its `shares`: these are independent and alike."""

    weights: np.ndarray  # w [K]
    means: np.ndarray  # mu [K, code]
    factors: np.ndarray  # L [K, code, code], lower triangular
    shares: int = 1

    @classmethod
    def fit(cls, model: Model, images: np.ndarray, settings: FromMixture, seed: int) -> MixtureSampler:
        """Fit to best codes of training images [N, H, W, C], uint8."""
        shares = model.image_shape[-1] if settings.shared_channels else 1
        return cls.fit_codes(best_codes(model, images, FIT_ON // shares, seed), settings, seed, shares)

    @classmethod
    def fit_codes(cls, codes: np.ndarray, settings: FromMixture, seed: int, shares: int = 1) -> MixtureSampler:
        """Fit Gaussians with full covariances to codes [N, code], fewer if there are less than 20 codes for each.

        With `shares` above 1 to the parts [N shares, code / shares] of them all. A `temperature` below 1 narrows the
        Gaussians afterwards, deviations times so much: clearer and less diverse samples (Kingma 2018, Glow,
        arXiv:1807.03039, section 6).
        """
        codes = codes.astype(np.float64).reshape(len(codes) * shares, -1)
        components = max(1, min(settings.components, len(codes) // 20))
        weights, means, factors = gaussians.fit(codes, components, seed)
        return cls(weights, means, settings.temperature * factors, shares)

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code] float32, in random order: any prefix is a fair sample too."""
        choosing, moving = np.random.default_rng(seed).spawn(2)  # apart, so that more codes begin with the same ones
        component = choosing.choice(len(self.weights), size=count * self.shares, p=self.weights)
        z = moving.standard_normal((count * self.shares, self.means.shape[1]))
        for k in np.unique(component):
            z[component == k] = self.means[k] + z[component == k] @ self.factors[k].T
        return z.astype(np.float32).reshape(count, -1)


class FromFlow(SamplingSettings):
    least_code: ClassVar[int] = 2
    codes: Literal["flow"]
    layers: Positive
    hidden: Positive
    steps: Positive
    batch: Positive
    learning_rate: Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True)
class FlowSampler:
    """N(0, I), moved by affine coupling layers, then scaled and shifted."""

    layers: int
    hidden: int
    mean: np.ndarray  # [code]
    scale: np.ndarray  # [code]
    weights: np.ndarray  # of all coupling layers, end to end

    @classmethod
    def fit(cls, model: Model, images: np.ndarray, settings: FromFlow, seed: int) -> FlowSampler:
        """Fit to best codes of training images [N, H, W, C], uint8."""
        return cls.fit_codes(best_codes(model, images, FIT_ON, seed), settings, seed)

    @classmethod
    def fit_codes(cls, codes: np.ndarray, settings: FromFlow, seed: int) -> FlowSampler:
        """Fit to codes [N, code] by maximum likelihood; starts as a Gaussian with their mean and deviations."""
        from digitforge.nn.keras_optimizers import FusedAdam

        keras.utils.set_random_seed(seed)
        mean, scale = codes.mean(axis=0), codes.std(axis=0) + 1e-3
        flow = CouplingFlow(codes.shape[1], layers=settings.layers, hidden=settings.hidden)
        density = Flowed(standard_normal(codes.shape[1]), flow.bijector())
        optimizer = FusedAdam(keras.optimizers.schedules.CosineDecay(settings.learning_rate, settings.steps))
        variables = [variable for network in flow.networks for variable in network.trainable_variables]
        optimizer.build(variables)
        dataset = batches(((codes - mean) / scale,), batch=settings.batch, seed=seed).take(settings.steps)

        @tf.function
        def step(z: tf.Tensor) -> None:
            with tf.GradientTape() as tape:
                loss = -tf.reduce_mean(density.log_prob(z))
            optimizer.apply(tape.gradient(loss, variables), variables)

        for z in dataset:
            step(z)
        weights = np.concatenate([weight.ravel() for network in flow.networks for weight in network.get_weights()])
        return cls(settings.layers, settings.hidden, mean, scale, weights)

    @cached_property
    def density(self) -> Flowed:
        """The flow, before scale and mean."""
        flow = CouplingFlow(len(self.mean), layers=int(self.layers), hidden=int(self.hidden))
        start = 0
        for variable in (variable for network in flow.networks for variable in network.weights):
            end = start + int(np.prod(variable.shape))
            variable.assign(self.weights[start:end].reshape(variable.shape))
            start = end
        return Flowed(standard_normal(len(self.mean)), flow.bijector())

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code] float32."""
        return self.density.sample(count, seed=[seed, 5]).numpy() * self.scale + self.mean


SAMPLERS: dict[type[SamplingSettings], Any] = {
    FromPrior: PriorSampler,
    FromMixture: MixtureSampler,
    FromFlow: FlowSampler,
}
Sampling = Annotated[SamplingSettings, one_of(SAMPLERS, by="codes")]


def best_codes(model: Model, images: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The best codes of at most `count` images, evenly spread: a decoder makes clearer images of them than of draws."""
    return model.encode(images[spread(len(images), count)], seed)[0]


def fit_sampler(model: Model, images: np.ndarray, settings: SamplingSettings, seed: int) -> Sampler:
    """The sampler that a variant asks for: the model, for its prior, or what fits codes of training images.

    images: uint8 [N, H, W, C].
    """
    return SAMPLERS[type(settings)].fit(model, images, settings, seed)


def to_arrays(sampler: Sampler) -> dict[str, np.ndarray]:
    """What `from_arrays` needs: the name of a sampler, and its arrays; of a model `prior` alone."""
    if not is_dataclass(sampler):
        return {"name": np.array(tag(FromPrior, "codes"))}
    name = next(tag(schema, "codes") for schema, kind in SAMPLERS.items() if kind is type(sampler))
    return {"name": np.array(name)} | {field.name: np.array(getattr(sampler, field.name)) for field in fields(sampler)}


def from_arrays(model: Sampler, arrays: dict[str, np.ndarray]) -> Sampler:
    """The sampler of `to_arrays`, which draws what it drew, bit for bit."""
    parts = dict(arrays)
    name = str(parts.pop("name"))
    kind = {tag(schema, "codes"): kind for schema, kind in SAMPLERS.items()}[name]
    return model if kind is PriorSampler else kind(**parts)
