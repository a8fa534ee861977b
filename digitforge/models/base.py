"""What every generative model shares: a training step that Keras users recognise, and four verbs."""

from typing import Any, ClassVar

import numpy as np

from digitforge.nn import networks
from digitforge.nn.augmentations import unchanged
from digitforge.nn.backend import keras, tf
from digitforge.nn.batches import batch_by_batch, in_batches, scale
from digitforge.nn.pixels import PIXELS
from digitforge.nn.replicas import Gradients, of_whole_batch, own_seed
from digitforge.schema import Schema

fold_in = tf.random.experimental.stateless_fold_in


class Parts(keras.layers.Layer):
    """Holds the Keras variables and networks of parts that are no layers, so that Keras trains and saves them."""

    def __init__(self, tracked: list[Any]) -> None:
        super().__init__()
        self.tracked = tracked
        self.built = True


class GenerativeModel(keras.Model):
    """A decoder, and mostly an encoder, trained on uint8 images [B, H, W, C].

    A family names its schema, `Settings`, and its constructor takes the settings. It defines TERMS and `terms`, and
    `codes` if it `encodes`; training, decoding and batching are here. A family whose p(x) is defined says so in
    `has_likelihood`, and is a `scoring.HasLikelihood`.
    """

    Settings: ClassVar[type[Schema]]
    TERMS: tuple[str, ...] = ("loss",)
    encodes = True
    discrete = False  # whether codes come from a finite set: rounding them makes no sense then
    has_likelihood = False
    needs_labels = False

    def __init__(
        self,
        shape: networks.Shape,
        *,
        code: int,
        features: int,
        network: networks.NetworkSettings,
        pixels: str,
        encodes_together: int = 1,
    ) -> None:
        super().__init__()
        seen = (*shape[:2], encodes_together * shape[2])  # so many images side by side as channels
        self.encoder, decoder = networks.build(seen, features, code, network)
        self.decoder = decoder if seen == shape else networks.build(shape, features, code, network)[1]
        self.pixels = PIXELS[pixels]
        self.image_shape = shape
        self.code = code
        self.seed = 0  # of the noise in training steps; `training.fit` sets it
        self.steps = 1  # of the whole training; `training.fit` sets it
        self.augment = unchanged  # training images; `training.fit` sets it
        self.built = True
        self._means = {name: keras.metrics.Mean(name=name) for name in self.TERMS}

    def adapt(self, images: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Prepare for training on uint8 images [N, H, W, C], labels [N]: outputs start at the data's mean."""
        self.decoder.layers[-1].bias.assign(self.pixels.start(images.mean(axis=0) / 255))

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """Objective per example. x: [B, H, W, C] in [0, 1], labels: [B] where the family `needs_labels`.

        -> {name: [B] for name in TERMS}; "loss" is minimised.
        """
        raise NotImplementedError

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """x: [B, H, W, C] in [0, 1] -> (the best single code, a code drawn from what x implies), each [B, code]."""
        raise NotImplementedError

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code] from the prior: N(0, I), unless a family has another."""
        return np.random.default_rng(seed).standard_normal((count, self.code), np.float32)

    def features(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """What the encoder gives, in float32 whatever it computes in. [B, H, W, C] in [0, 1] -> [B, features]."""
        return tf.cast(self.encoder(x, training=training), tf.float32)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Reconstruct: [B, H, W, C] in [0, 1] -> expected pixels [B, H, W, C]."""
        best, _ = self.codes(x, tf.constant([0, 0]))
        return self.pixels.mean(self.decoder(best))

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on uint8 images [B, H, W, C], or (images, labels [B]).

        The noise depends on seed and step alone, so that a resumed run repeats.
        """
        x, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        seed = own_seed(fold_in([self.seed, 0], tf.cast(self.optimizer.iterations, tf.int32)))
        x = self.augment(scale(x), fold_in(seed, 5))
        terms, gradients = self.gradients(self.pixels.observe(x, fold_in(seed, 1)), labels, seed)
        self.optimizer.apply_gradients(of_whole_batch(gradients))
        return self._averages(terms)

    def gradients(
        self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], Gradients]:
        """The terms of a step, and each trainable variable after the gradient that moves it; arguments as `terms`."""
        with tf.GradientTape() as tape:
            terms = self.terms(x, labels, seed, training=True)
            loss = tf.reduce_mean(terms["loss"])
        variables = self.trainable_variables
        return terms, list(zip(tape.gradient(loss, variables), variables, strict=True))

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """The same terms without an update; always the same noise."""
        x, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        seed = own_seed(tf.constant([self.seed, 1]))
        return self._averages(self.terms(self.pixels.observe(scale(x), seed), labels, seed, training=False))

    def _averages(self, terms: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        for name, mean in self._means.items():
            mean.update_state(terms[name])
        return {name: mean.result() for name, mean in self._means.items()}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Running means of the terms; Keras resets them at every interval."""
        return list(self._means.values())

    def observe(self, images: np.ndarray, seed: int) -> np.ndarray:
        """The pixels that likelihoods are of: uint8 [N, H, W, C] -> the same, drawn once where training draws anew."""

        def seen(index: int, x: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"x": tf.cast(tf.round(255 * self.pixels.observe(scale(x), tf.stack([seed, index]))), tf.uint8)}

        return in_batches(seen, images)["x"]

    def encode(self, images: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """uint8 [N, H, W, C] -> (best codes, drawn codes), each [N, code]."""
        encoded = batch_by_batch(lambda index, x: self._encoded(x, tf.stack([seed, index])), images)
        return encoded["best"], encoded["drawn"]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """[N, code] -> expected pixels [N, H, W, C] in [0, 1]."""
        return batch_by_batch(lambda index, z: self._decoded(z), codes)["x"]

    @tf.function(reduce_retracing=True)
    def _encoded(self, x: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        best, drawn = self.codes(scale(x), seed)
        return {"best": best, "drawn": drawn}

    @tf.function(reduce_retracing=True)
    def _decoded(self, z: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"x": tf.clip_by_value(self.pixels.mean(self.decoder(z)), 0.0, 1.0)}
