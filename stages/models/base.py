"""What every generative model shares: a training step that Keras users recognise, and four verbs."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit

from stages.models.batches import in_batches, scale
from stages.nn import networks


class GenerativeModel(keras.Model):
    """An encoder and a decoder trained on uint8 images [B, H, W, C].

    A family defines TERMS, `terms` and `codes`; training, decoding and batching are here. A family whose p(x) is
    defined says so in `has_likelihood` and gives `q_z`, `prior` and `weigh`.
    """

    TERMS: tuple[str, ...] = ("loss",)
    has_likelihood = False

    def __init__(self, shape: networks.Shape, *, code: int, features: int, network: Mapping[str, Any]) -> None:
        super().__init__()
        arguments = dict(network)
        make = getattr(networks, arguments.pop("name"))
        self.encoder, self.decoder = make(shape, features, code, **arguments)
        self.image_shape = shape
        self.code = code
        self.seed = 0  # of the noise in training steps; `training.fit` sets it
        self.built = True
        self._means = {name: keras.metrics.Mean(name=name) for name in self.TERMS}

    def terms(self, x: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Objective per example. x: [B, H, W, C] in [0, 1] -> {name: [B] for name in TERMS}; "loss" is minimised."""
        raise NotImplementedError

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """x: [B, H, W, C] in [0, 1] -> (the best single code, a code drawn from what x implies), each [B, code]."""
        raise NotImplementedError

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Reconstruct: [B, H, W, C] in [0, 1] -> expected pixels [B, H, W, C] in [0, 1]."""
        best, _ = self.codes(x, tf.constant([0, 0]))
        return tf.sigmoid(self.decoder(best))

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on uint8 images [B, H, W, C].

        The noise depends on seed and step alone, so that a resumed run repeats.
        """
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        seed = tf.random.experimental.stateless_fold_in([self.seed, 0], tf.cast(self.optimizer.iterations, tf.int32))
        with tf.GradientTape() as tape:
            terms = self.terms(scale(x), seed)
            loss = tf.reduce_mean(terms["loss"])
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self._averages(terms)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """The same terms without an update; always the same noise."""
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self._averages(self.terms(scale(x), tf.constant([self.seed, 1])))

    def _averages(self, terms: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        for name, mean in self._means.items():
            mean.update_state(terms[name])
        return {name: mean.result() for name, mean in self._means.items()}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Running means of the terms; Keras resets them at every interval."""
        return list(self._means.values())

    def encode(self, images: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """uint8 [N, H, W, C] -> (best codes, drawn codes), each [N, code]."""

        def both(index: int, x: tf.Tensor) -> dict[str, tf.Tensor]:
            best, drawn = self.codes(scale(x), tf.stack([seed, index]))
            return {"best": best, "drawn": drawn}

        encoded = in_batches(both, images)
        return encoded["best"], encoded["drawn"]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """[N, code] -> expected pixels [N, H, W, C] in [0, 1]."""
        return expit(self.decode_logits(codes))

    def decode_logits(self, codes: np.ndarray) -> np.ndarray:
        """[N, code] -> log-odds of the pixels [N, H, W, C]."""
        return in_batches(lambda i, z: {"x": self.decoder(z)}, codes)["x"]
