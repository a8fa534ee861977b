"""A training step that several devices share: what each does by itself, and what they do together.

Each device takes its share of the images of a batch, and all make one step with the mean of their gradients. Up to
rounding this is what one device does with the whole batch: the same images at every step, batch normalisation by mean
and variance of them all, the same optimiser, the same averaged weights. Noise alone differs (augmentations, binarised
pixels, drawn codes, dropout): every device draws its own, so that curves agree as closely as with another seed of the
noise. Terms that look at a batch as a whole aren't the mean of those of its shares; the settings refuse them there.

On a single device all of this does nothing.
"""

from __future__ import annotations

from digitforge.nn.backend import tf

Gradients = list[tuple[tf.Tensor, tf.Variable]]


def own_seed(seed: tf.Tensor) -> tf.Tensor:
    """The seed [2] of this device's noise: with a common one, images at equal places of two shares had equal noise."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return seed
    return tf.random.experimental.stateless_fold_in(seed, tf.cast(context.replica_id_in_sync_group, tf.int32))


def of_whole_batch(gradients: Gradients) -> Gradients:
    """Gradients of a share's mean loss, divided so that their sum over devices, which Keras takes, is the batch's."""
    count = tf.distribute.get_strategy().num_replicas_in_sync
    if count == 1:
        return gradients
    return [(tf.convert_to_tensor(gradient) / count, variable) for gradient, variable in gradients]  # some are sparse
