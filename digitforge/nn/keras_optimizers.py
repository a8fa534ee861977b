"""Keras's optimisers, with weights averaged over the last steps, and Adam in one pass over memory.

Importing this file imports Keras.
"""

from digitforge.nn.backend import keras, tf


class GrowingAverage(keras.optimizers.Optimizer):
    """Averages weights with a momentum that grows to `ema_momentum`: min(ema_momentum, (1 + t) / (10 + t)) at step t.

    Keras's momentum is constant: with 0.999 the average still keeps four fifths of the initial weights after 225 steps.
    This one spans the last tenth of the steps so far, until that is longer than `ema_momentum` remembers. The rule of
    `num_updates` in tf.train.ExponentialMovingAverage.
    """

    @property
    def ema_momentum(self) -> tf.Tensor:
        """The momentum of this step, float32 []."""
        step = tf.cast(self.iterations, tf.float32)
        return tf.minimum(self._longest, (1 + step) / (10 + step))

    @ema_momentum.setter
    def ema_momentum(self, momentum: float) -> None:
        self._longest = momentum


class FusedAdam(GrowingAverage, keras.optimizers.Adam):
    """Keras's Adam, its update a single TensorFlow operation per weight (Kingma & Ba 2015, algorithm 1).

    Keras composes the update of a dozen operations, each of which reads and writes as many values as there are weights:
    with 12 million of them that was a tenth of a training step on a CPU.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Update the moments and the weights in place."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class AveragedRmsProp(GrowingAverage, keras.optimizers.RMSprop):
    """Keras's RMSProp (Hinton 2012, lecture 6e), with a growing average."""
