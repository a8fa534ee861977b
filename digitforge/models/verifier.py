"""A network that reads digits: a digit's probabilities, channel by channel, for grey and binary images alike."""

from functools import cached_property

import numpy as np

from digitforge.nn.augmentations import unchanged
from digitforge.nn.backend import keras, layers, tf
from digitforge.nn.batches import batch_by_batch, scale
from digitforge.nn.replicas import of_whole_batch, own_seed


class VerifierNetwork(keras.Model):
    """Trained on uint8 grey images [B, H, W, 1] and labels [B]; half of each batch is binarised.

    classes: how many it tells apart; refuses: whether "none of them" is one more answer. With `pictures`, images of
    three channels are no stacks of digits, and it reads their grey versions.
    """

    def __init__(
        self,
        shape: tuple[int, int, int] = (28, 28, 1),
        *,
        classes: int = 10,
        refuses: bool = False,
        seed: int = 0,
        pictures: bool = False,
    ) -> None:
        super().__init__()
        keras.utils.set_random_seed(seed)
        self.classes = classes
        self.network = network(shape, classes + refuses)
        self.seed = 0  # of the augmentation; `training.fit` sets it
        self.augment = unchanged  # training images; `training.fit` sets it
        self.pictures = pictures
        self.built = True
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.accuracy_mean = keras.metrics.Mean(name="accuracy")

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """[B, H, W, 1] in [0, 1] -> logits [B, answers]."""
        return tf.cast(self.network(x, training=training), tf.float32)

    def train_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step of cross-entropy on augmented images, every second one binarised."""
        images, labels = data
        seed = tf.random.experimental.stateless_fold_in([self.seed, 0], tf.cast(self.optimizer.iterations, tf.int32))
        x = half_binary(self.augment(scale(images), own_seed(seed)))
        with tf.GradientTape() as tape:
            logits = self(x, training=True)
            loss = cross_entropy(labels, logits)
        variables = self.trainable_variables
        gradients = zip(tape.gradient(loss, variables), variables, strict=True)
        self.optimizer.apply_gradients(of_whole_batch(list(gradients)))
        return self._update(loss, labels, logits)

    def test_step(self, data: tuple[tf.Tensor, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The same on untouched images, every second one binarised."""
        images, labels = data
        logits = self(half_binary(scale(images)))
        return self._update(cross_entropy(labels, logits), labels, logits)

    def _update(self, loss: tf.Tensor, labels: tf.Tensor, logits: tf.Tensor) -> dict[str, tf.Tensor]:
        hits = tf.cast(tf.argmax(logits, axis=-1, output_type=labels.dtype) == labels, tf.float32)
        self.loss_mean.update_state(loss)
        self.accuracy_mean.update_state(hits)
        return {"loss": self.loss_mean.result(), "accuracy": self.accuracy_mean.result()}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Running means of loss and accuracy."""
        return [self.loss_mean, self.accuracy_mean]

    def read(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Read each channel by itself: uint8 [N, H, W, C] -> (probabilities of classes [N, C, K], features [N, C, F]).

        What the probabilities lack to 1 is that of "none of them". Features are the activations before the last layer,
        in half precision: they are for distances. `pictures` are read whole, as if C were 1.
        """
        images = images.max(axis=3, keepdims=True) if self.pictures else images  # as `stacked.grey`
        count, height, width, channels = images.shape
        single = np.moveaxis(images, -1, 1).reshape(count * channels, height, width, 1)
        found = batch_by_batch(lambda index, x: self._read(x), single)
        probabilities, features = (found[name].reshape(count, channels, -1) for name in ("probabilities", "features"))
        return probabilities, features

    @tf.function(reduce_retracing=True)
    def _read(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        features, logits = self._reader(scale(x), training=False)
        return {"probabilities": tf.nn.softmax(logits)[:, : self.classes], "features": tf.cast(features, tf.float16)}

    @cached_property
    def _reader(self) -> keras.Model:
        return keras.Model(self.network.input, [self.network.layers[-1].input, self.network.output])


def network(shape: tuple[int, int, int], answers: int) -> keras.Model:
    """Convolutional network [B, H, W, C] in [0, 1] -> logits [B, answers]."""
    x = keras.Input(shape)
    h = x
    for filters, kernel, stride in ((24, 5, 2), (48, 3, 1), (96, 3, 2), (96, 3, 1)):
        h = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization(momentum=0.95)(h))
    h = layers.Dense(192, use_bias=False)(layers.Flatten()(h))
    h = layers.Activation("relu")(layers.BatchNormalization(momentum=0.95)(h))
    return keras.Model(x, layers.Dense(answers)(h), name="verifier")


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy in nats. labels: [B], logits: [B, answers] -> scalar."""
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def half_binary(x: tf.Tensor) -> tf.Tensor:
    """Threshold every second image at one half: both kinds of input must be judged fairly."""
    second = tf.reshape(tf.range(tf.shape(x)[0]) % 2 == 1, (-1, 1, 1, 1))
    return tf.where(second, tf.cast(x >= 0.5, x.dtype), x)
