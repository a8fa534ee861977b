"""Contestant: the same network by plain Keras. python -m benchmarks.keras_fit JOB

Keras's own layers, Adam and `fit` on a NumPy float array, TensorFlow's own cross-entropy; the model's training step,
which computes the gradients of that, is the project's.
"""

import json
import sys

from benchmarks.turns import Turns


def main() -> None:
    """Train forever with Keras's defaults but for the progress bar, a block of `steps` a turn."""
    turns, job = Turns(), json.loads(sys.argv[1])
    from benchmarks.networks import pictures
    from digitforge.models import build
    from digitforge.nn import layers, pixels
    from digitforge.nn.backend import keras, tf

    def cross_entropy(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        nats = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
        return tf.reduce_sum(nats, axis=[1, 2, 3])

    for module, name, stock in (
        (layers, "FewFilters", keras.layers.Conv2D),
        (pixels.Bernoulli, "nll", staticmethod(cross_entropy)),
    ):
        assert hasattr(module, name), name
        setattr(module, name, stock)

    class Block(keras.callbacks.Callback):
        """Ends a block every `steps` batches."""

        trained = 0

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            self.trained += 1
            if self.trained % job["steps"] == 0:
                turns.done(job["steps"])

    model = build(job["family"], tuple(job["shape"]), job["model"], seed=1)
    model.compile(optimizer=keras.optimizers.Adam(job["fit"]["learning_rate"]))
    images = pictures(job["shape"]).astype("float32")
    turns.start(weights=model.count_params())
    model.fit(images, batch_size=job["fit"]["batch"], epochs=1_000_000, verbose=0, callbacks=[Block()])


if __name__ == "__main__":
    main()
