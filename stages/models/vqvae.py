"""Family `vqvae`: codes are entries of a learned codebook (van den Oord 2017, arXiv:1711.00937)."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from stages.models.base import GenerativeModel
from stages.nn.networks import Shape


class Vqvae(GenerativeModel):
    """A grid of vectors, each replaced by the nearest of `entries`, and an autoregressive prior over their numbers.

    Minimises -log p(x|e) + |sg(z) - e|^2 + commitment |z - sg(e)|^2 - log p(numbers) (eq. 3, and section 3.3: the prior
    is learned of the numbers, which pass no gradient, so its part changes nothing else). A code is the grid of entries,
    flattened: [H/4 * W/4 * embedding].
    """

    TERMS = ("loss", "reconstruction_nats", "commitment", "prior_nats")
    discrete = True

    def __init__(
        self,
        shape: Shape,
        *,
        code: int,
        entries: int,
        network: Mapping[str, Any],
        pixels: str,
        commitment: float,
        prior_units: int,
    ) -> None:
        self.width = shape[1] // 4
        self.positions = (shape[0] // 4) * self.width
        size = self.positions * code
        super().__init__(shape, code=size, features=size, network=network, pixels=pixels)
        self.embedding, self.commitment = code, commitment
        self.codebook = self.add_weight(
            shape=(entries, code), initializer=keras.initializers.RandomUniform(-0.5, 0.5), name="codebook"
        )
        self.prior = GridPrior(entries, self.positions, self.width, prior_units)

    def nearest(self, z: tf.Tensor) -> tf.Tensor:
        """Number of the codebook entry nearest to each vector. z: [..., embedding] -> [...] int32."""
        square = tf.reduce_sum(tf.square(self.codebook), axis=1) - 2 * tf.matmul(
            tf.reshape(z, (-1, self.embedding)), self.codebook, transpose_b=True
        )
        return tf.reshape(tf.argmin(square, axis=1, output_type=tf.int32), tf.shape(z)[:-1])

    def quantise(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """x: [B, H, W, C] in [0, 1] -> vectors z and entries e [B, positions, embedding], numbers k [B, positions]."""
        z = tf.reshape(self.features(x), (-1, self.positions, self.embedding))
        numbers = self.nearest(z)
        return z, tf.gather(self.codebook, numbers), numbers

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """Nats of the image and of its code's numbers, and how far vectors lie from their entries, per image."""
        z, entries, numbers = self.quantise(x)
        straight_through = z + tf.stop_gradient(entries - z)
        reconstruction = self.pixels.nll(x, self.decoder(tf.reshape(straight_through, (-1, self.code))))
        of_codebook = tf.reduce_sum(tf.math.squared_difference(tf.stop_gradient(z), entries), axis=[1, 2])
        of_encoder = tf.reduce_sum(tf.math.squared_difference(z, tf.stop_gradient(entries)), axis=[1, 2])
        prior = self.prior.nll(numbers)
        return {
            "loss": reconstruction + of_codebook + self.commitment * of_encoder + prior,
            "reconstruction_nats": reconstruction,
            "commitment": of_encoder,
            "prior_nats": prior,
        }

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The code is deterministic: both are the grid of entries."""
        _, entries, _ = self.quantise(x)
        flat = tf.reshape(entries, (-1, self.code))
        return flat, flat

    def draw(self, count: int, seed: int) -> np.ndarray:
        """New codes [count, code]: numbers from the learned prior."""
        numbers = tf.concat(
            [
                self.prior.sample(min(1000, count - start), tf.constant([seed, start]))
                for start in range(0, count, 1000)
            ],
            axis=0,
        )
        return tf.reshape(tf.gather(self.codebook, numbers), (count, self.code)).numpy()


class GridPrior(layers.Layer):
    """p(numbers) = prod_i p(k_i | k_<i), row by row: a gated recurrent unit (Cho 2014) that sees left and above."""

    def __init__(self, entries: int, positions: int, width: int, units: int) -> None:
        super().__init__()
        self.entries, self.positions, self.width, self.units = entries, positions, width, units
        # Row `entries` stands for what lies before the first number, or above the first row.
        self.left = self.add_weight(shape=(entries + 1, units), initializer="glorot_uniform", name="left")
        self.above = self.add_weight(shape=(entries + 1, units), initializer="glorot_uniform", name="above")
        self.place = self.add_weight(shape=(positions, units), initializer="glorot_uniform", name="place")
        self.cell = layers.GRUCell(units)
        self.cell.build((None, units))
        self.head = layers.Dense(entries)
        self.head.build((None, units))

    def nll(self, numbers: tf.Tensor) -> tf.Tensor:
        """-log p(numbers) in nats. [B, positions] int32 -> [B]."""
        count = tf.shape(numbers)[0]
        state, states = tf.zeros((count, self.units)), []
        for position in range(self.positions):
            _, (state,) = self.cell(self._seen(numbers, position), [state])
            states.append(state)
        logits = self.head(tf.stack(states, axis=1))
        return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(numbers, logits), axis=1)

    def _seen(self, numbers: tf.Tensor, position: int) -> tf.Tensor:
        outside = tf.fill([tf.shape(numbers)[0]], self.entries)
        left = numbers[:, position - 1] if position else outside
        above = numbers[:, position - self.width] if position >= self.width else outside
        return tf.gather(self.left, left) + tf.gather(self.above, above) + self.place[position]

    @tf.function(reduce_retracing=True)
    def sample(self, count: int, seed: tf.Tensor) -> tf.Tensor:
        """Draw number after number -> [count, positions] int32."""
        state, numbers = tf.zeros((count, self.units)), tf.zeros((count, 0), tf.int32)
        for position in range(self.positions):
            _, (state,) = self.cell(self._seen(numbers, position), [state])
            key = tf.random.experimental.stateless_fold_in(seed, position)
            drawn = tf.random.stateless_categorical(self.head(state), 1, key, dtype=tf.int32)
            numbers = tf.concat([numbers, drawn], axis=1)
        return numbers
