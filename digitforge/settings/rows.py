"""What a row of `variants:` in params.yaml may say: the schemas of networks, models, trainings and samplers.

They name what exists in `nn/` and `models/` a second time, since params.yaml is checked without importing TensorFlow.
"""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from digitforge.data.modes import Mode
from digitforge.data.pixels import SIZE

Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Activation = Literal["linear", "relu", "leaky_relu", "elu", "gelu", "swish", "sigmoid", "tanh"]
Sizes = Annotated[list[Positive], Field(min_length=1)]


class Strict(BaseModel):
    """Unknown keys and loose types are errors, so that a typo can't pass as a setting."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Fit(Strict):
    """How long and how fast a network is trained, and whether its averaged weights (`ema`) are kept."""

    steps: Positive
    batch: Annotated[int, Field(ge=1, le=65536)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    schedule: Literal["constant", "cosine"]
    ema: Annotated[float, Field(ge=0, lt=1)]
    optimizer: Literal["adam", "rmsprop"] = "adam"
    momentum: Share = 0.9  # of Adam: its beta_1


class Dense(Strict):
    name: Literal["dense"]
    encoder: list[Positive]
    decoder: list[Positive]
    activation: Activation
    code_activation: Activation


Convolution = Annotated[list[Positive], Field(min_length=3, max_length=3)]  # filters, kernel size, stride


class Conv(Strict):
    name: Literal["conv"]
    encoder: Annotated[list[Convolution], Field(min_length=1)]
    encoder_hidden: list[Positive]
    decoder_hidden: list[Positive]
    start: Positive
    decoder: list[Convolution]
    output_kernel: Annotated[int, Field(ge=1, le=15)] | None
    output_hidden: list[Positive] | None
    activation: Activation
    dropout: Annotated[float, Field(ge=0, lt=1)]

    @model_validator(mode="after")
    def decoder_ends_in_an_image(self) -> "Conv":
        if self.output_kernel is None and self.output_hidden is None:
            raise ValueError("output_kernel: received null; accepted: an odd number, or a list for output_hidden")
        if self.output_kernel is not None and self.output_kernel % 2 == 0:
            raise ValueError(f"output_kernel: received {self.output_kernel}; accepted: an odd number, or null")
        grown, shrunk = (math.prod(layer[2] for layer in layers) for layers in (self.decoder, self.encoder))
        if grown != shrunk:
            raise ValueError(
                f"decoder: received strides that grow {grown} times; accepted: {shrunk}, as encoder shrinks"
            )
        if SIZE % shrunk and self.output_hidden is None:
            raise ValueError(
                f"encoder: received strides that shrink {shrunk} times, which {SIZE} pixels don't divide by; accepted: "
                f"a divisor of {SIZE}, or a list for output_hidden"
            )
        return self


class Pooled(Strict):
    name: Literal["pooled"]
    filters: Sizes


class Patch(Strict):
    name: Literal["patch", "dcgan"]
    channels: Positive
    blocks: Annotated[int, Field(ge=0, le=64)]
    hidden: Positive
    shared_channels: bool


class Grid(Strict):
    name: Literal["grid"]
    channels: Positive
    blocks: Annotated[int, Field(ge=0, le=64)]


Network = Annotated[Dense | Conv | Pooled | Patch, Field(discriminator="name")]
Weight = Annotated[float, Field(ge=0)]


class NoPenalty(Strict):
    name: Literal["none"]


class Weighted(Strict):
    name: Literal["l1", "l2", "mmd"]
    weight: Weight


class KlSparsity(Strict):
    name: Literal["kl_sparsity"]
    weight: Weight
    target: Annotated[float, Field(gt=0, lt=1)]


Penalty = Annotated[NoPenalty | Weighted | KlSparsity, Field(discriminator="name")]


class Autoencoder(Strict):
    code: Positive
    network: Network
    pixels: Literal["bernoulli", "gaussian", "rectified"]
    penalty: Penalty
    noise: Annotated[float, Field(ge=0, le=10)]
    decay: Weight

    @model_validator(mode="after")
    def sparse_codes_are_activities(self) -> "Autoencoder":
        if self.penalty.name == "kl_sparsity" and getattr(self.network, "code_activation", "linear") != "sigmoid":
            raise ValueError(
                "penalty.name: received 'kl_sparsity'; accepted: another, or a dense network with code_activation: "
                "sigmoid, whose codes are activities in (0, 1)"
            )
        return self


class Gaussian(Strict):
    name: Literal["diagonal", "tril"]


class Flow(Strict):
    name: Literal["flow"]
    layers: Positive
    hidden: Positive


class FlowPrior(Flow):
    components: Positive


class TwoLayer(Strict):
    name: Literal["two_layer"]
    top: Positive
    hidden: Positive


class Normal(Strict):
    name: Literal["normal"]


class Vamp(Strict):
    name: Literal["vamp"]
    components: Positive


Posterior = Annotated[Gaussian | Flow | TwoLayer, Field(discriminator="name")]
Prior = Annotated[Normal | Vamp | FlowPrior | TwoLayer, Field(discriminator="name")]


class Vae(Strict):
    code: Positive
    network: Network
    pixels: Literal["bernoulli", "dynamic", "gaussian"]
    posterior: Posterior
    prior: Prior
    beta: Weight
    free_bits: Weight
    warmup: Share
    draws: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def parts_fit_together(self) -> "Vae":
        for part in ("posterior", "prior"):
            chosen = getattr(self, part)
            if chosen.name == "flow" and self.code < 2:
                raise ValueError(f"code: received {self.code}; accepted: at least 2 with {part}: flow")
            if chosen.name == "two_layer" and chosen.top >= self.code:
                raise ValueError(f"{part}.top: received {chosen.top}; accepted: less than code, {self.code}")
        if self.prior.name == "vamp" and not isinstance(self.posterior, Gaussian):
            raise ValueError(f"prior: received vamp; accepted: another with posterior: {self.posterior.name}")
        if self.draws > 1 and not isinstance(self.posterior, Gaussian):
            raise ValueError(f"draws: received {self.draws}; accepted: 1 with posterior: {self.posterior.name}")
        if self.draws > 1 and (self.beta, self.free_bits, self.warmup) != (1, 0, 0):
            raise ValueError(f"draws: received {self.draws}; accepted: 1, or beta 1, free_bits 0 and warmup 0")
        return self


class ConditionalVae(Strict):
    code: Positive
    network: Network
    pixels: Literal["bernoulli", "dynamic", "gaussian"]
    classes: Positive
    hidden: Positive
    beta: Weight


class Vqvae(Strict):
    code: Positive  # values of a codebook entry
    entries: Annotated[int, Field(ge=2, le=65536)]
    network: Grid
    pixels: Literal["bernoulli", "gaussian"]
    commitment: Weight
    prior_units: Positive
    prior_depth: Positive


class Gan(Strict):
    code: Positive
    network: Network
    loss: Literal["nonsaturating", "wasserstein"]
    penalty: Weight
    penalty_every: Annotated[int, Field(ge=1, le=1000)]
    pack: Annotated[int, Field(ge=1, le=16)]


class Sampling(Strict):
    """Where codes come from, and where a pixel counts as lit (null: images stay grey)."""

    codes: Literal["prior", "mixture", "flow"]
    components: Positive | None = None
    temperature: Annotated[float, Field(gt=0, le=1)] = 1.0  # factor on the deviations of a mixture's Gaussians
    shared_channels: bool = False  # one mixture for the share of a code that each channel is drawn from
    threshold: Annotated[float, Field(gt=0, lt=1)] | None

    @model_validator(mode="after")
    def the_rest_goes_with_mixture(self) -> "Sampling":
        if self.shared_channels and self.codes != "mixture":
            raise ValueError("shared_channels: received true; accepted: false, or codes: mixture")
        if self.temperature != 1 and self.codes != "mixture":
            raise ValueError(f"temperature: received {self.temperature}; accepted: 1, or codes: mixture")
        if (self.codes == "mixture") != (self.components is not None):
            raise ValueError("components: accepted: a number with codes: mixture, none with other codes")
        return self


class Row(Strict):
    title: Annotated[str, Field(min_length=1, pattern=r"^[^\r\n]*\S[^\r\n]*$")]  # one line, in tables
    data: Mode
    fit: Fit
    sample: Sampling

    @model_validator(mode="after")
    def every_channel_has_a_share_of_the_code(self) -> "Row":
        model: Any = self.model  # type: ignore[attr-defined]
        if getattr(model.network, "shared_channels", False) and model.code % self.data.channel_count:
            accepted = f"a multiple of {self.data.channel_count}, the image's channels, with shared_channels"
            raise ValueError(f"model.code: received {model.code}; accepted: {accepted}")
        if self.sample.codes == "flow" and model.code < 2:
            raise ValueError(f"model.code: received {model.code}; accepted: at least 2 with sample.codes: flow")
        if self.sample.shared_channels and not getattr(model.network, "shared_channels", False):
            raise ValueError(
                "sample.shared_channels: received true; accepted: false, or a network with shared_channels: true"
            )
        return self


class PriorRow(Row):
    """A row whose codes are no points of a space that a density could be fitted to, or that has no encoder."""

    @model_validator(mode="after")
    def codes_come_from_the_prior(self) -> "PriorRow":
        if self.sample.codes != "prior":
            family = self.family  # type: ignore[attr-defined]
            raise ValueError(f"sample.codes: received {self.sample.codes!r}; accepted: 'prior' with family: {family}")
        return self


class AutoencoderRow(Row):
    family: Literal["autoencoder"]
    model: Autoencoder


class VaeRow(Row):
    family: Literal["vae"]
    model: Vae


class ConditionalVaeRow(PriorRow):
    family: Literal["conditional_vae"]
    model: ConditionalVae

    @model_validator(mode="after")
    def labels_fit(self) -> "ConditionalVaeRow":
        model, labels = self.model, 10**self.data.channel_count
        if model.classes < labels:
            raise ValueError(
                f"model.classes: received {model.classes}; accepted: at least {labels} with data: {self.data}"
            )
        if getattr(model.network, "shared_channels", False):
            raise ValueError(
                "model.network.shared_channels: received True; accepted: false, the label being of all channels"
            )
        return self


class VqvaeRow(PriorRow):
    family: Literal["vqvae"]
    model: Vqvae


class GanRow(PriorRow):
    family: Literal["gan"]
    model: Gan

    @model_validator(mode="after")
    def a_batch_is_a_pack_at_least(self) -> "GanRow":
        if self.fit.batch < self.model.pack:
            raise ValueError(f"fit.batch: received {self.fit.batch}; accepted: at least model.pack, {self.model.pack}")
        return self


Variant = Annotated[
    AutoencoderRow | VaeRow | ConditionalVaeRow | VqvaeRow | GanRow,
    Field(discriminator="family"),
]
