"""Family `vqvae`: codes are entries of a learned codebook (van den Oord 2017, arXiv:1711.00937)."""

import numpy as np

from digitforge.models.base import GenerativeModel
from digitforge.nn.backend import keras, layers, tf
from digitforge.nn.networks import HE, Shape
from digitforge.settings.vqvae import VqvaeSettings


class Vqvae(GenerativeModel):
    """A grid of vectors, each replaced by the nearest of `entries`, and an autoregressive prior over their numbers.

    Minimises -log p(x|e) + |sg(z) - e|^2 + commitment |z - sg(e)|^2 - log p(numbers) (eq. 3, and section 3.3: the prior
    is learned of the numbers, which pass no gradient, so its part changes nothing else). A code is the grid of entries,
    flattened: [H/4 * W/4 * embedding].
    """

    Settings = VqvaeSettings
    TERMS = ("loss", "reconstruction_nats", "commitment", "prior_nats")
    discrete = True

    def __init__(self, shape: Shape, settings: VqvaeSettings) -> None:
        code, entries = settings.code, settings.entries
        height, width = shape[0] // 4, shape[1] // 4
        self.positions = height * width
        size = self.positions * code
        super().__init__(shape, code=size, features=size, network=settings.network, pixels=settings.pixels)
        self.embedding, self.commitment = code, settings.commitment
        self.codebook = self.add_weight(
            shape=(entries, code), initializer=keras.initializers.RandomUniform(-0.5, 0.5), name="codebook"
        )
        self.prior = GridPrior(entries, height, width, units=settings.prior_units, depth=settings.prior_depth)

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
    """p(numbers) = prod_i p(k_i | k_<i), row by row: a PixelCNN (van den Oord 2016, arXiv:1606.05328, section 2.2).

    Two streams of residual convolutions, one of the rows above a position, one of what lies to its left too: together
    they see all that came before within `depth` rows and columns, without the blind spot of masked kernels.
    """

    def __init__(self, entries: int, height: int, width: int, *, units: int, depth: int) -> None:
        super().__init__()
        self.height, self.width = height, width
        self.vectors = self.add_weight(shape=(entries, units), initializer="glorot_uniform", name="vectors")
        self.place = self.add_weight(shape=(height, width, units), initializer="zeros", name="place")
        self.above = [layers.Conv2D(units, (2, 3), **HE) for _ in range(depth)]
        self.before = [layers.Conv2D(units, (2, 2), **HE) for _ in range(depth)]
        for above, before in zip(self.above, self.before, strict=True):
            above.build((None, None, None, units))
            before.build((None, None, None, 2 * units))
        self.head = layers.Dense(entries)
        self.head.build((None, None, None, units))

    def logits(self, numbers: tf.Tensor) -> tf.Tensor:
        """Log-odds of every position's number, given those before it. [B, rows, width] -> [B, rows, width, entries].

        `rows` may be less than the height: what comes later changes nothing.
        """
        seen = tf.gather(self.vectors, numbers)
        place = self.place[: numbers.shape[1]]
        v = tf.pad(seen, [[0, 0], [1, 0], [0, 0], [0, 0]])[:, :-1] + place
        h = tf.pad(seen, [[0, 0], [0, 0], [1, 0], [0, 0]])[:, :, :-1] + place
        for above, before in zip(self.above, self.before, strict=True):
            v += above(tf.pad(tf.nn.swish(v), [[0, 0], [1, 0], [1, 1], [0, 0]]))
            h += before(tf.pad(tf.nn.swish(tf.concat([h, v], axis=-1)), [[0, 0], [1, 0], [1, 0], [0, 0]]))
        return self.head(tf.nn.swish(h))

    def nll(self, numbers: tf.Tensor) -> tf.Tensor:
        """-log p(numbers) in nats. [B, height * width] int32 -> [B]."""
        grids = tf.reshape(numbers, (-1, self.height, self.width))
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(grids, self.logits(grids))
        return tf.reduce_sum(nats, axis=[1, 2])

    @tf.function(reduce_retracing=True)
    def sample(self, count: int, seed: tf.Tensor) -> tf.Tensor:
        """Draw number after number -> [count, height * width] int32."""
        grid = tf.zeros((count, 0, self.width), tf.int32)
        for row in range(self.height):
            grid = tf.pad(grid, [[0, 0], [0, 1], [0, 0]])
            grid.set_shape((None, row + 1, self.width))
            for column in tf.range(self.width):
                key = tf.random.experimental.stateless_fold_in(seed, row * self.width + column)
                drawn = tf.random.stateless_categorical(self.logits(grid)[:, row, column], 1, key, dtype=tf.int32)
                here = tf.one_hot(column, self.width, dtype=tf.int32)
                grid += tf.pad((drawn * here)[:, None], [[0, 0], [row, 0], [0, 0]])
        return tf.reshape(grid, (count, self.height * self.width))
