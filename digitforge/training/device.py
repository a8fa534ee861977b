"""What trains, and in which precision."""

from collections.abc import Iterator
from contextlib import contextmanager

from digitforge.nn.backend import keras, tf


def describe_device() -> str:
    """One line that says what trains."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
        return f"training on the GPU ({', '.join(names)})"
    return "training on the CPU (no GPU found)"


def spread_over_cores(batch: int) -> None:
    """Before TensorFlow computes anything: an operation on few images is one thread's, and others run beside it.

    Shared among threads, batches of 16 take twice as long on two cores (reports/LOG.md, 2026-11-25).
    """
    if batch < 64:
        tf.config.threading.set_intra_op_parallelism_threads(1)


def training_precision() -> str:
    """Keras's name of the precision: weights in float32, and on a GPU that can, products in bfloat16."""
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    capable = gpus and all(found.get("compute_capability", (0, 0)) >= (8, 0) for found in details)
    return "mixed_bfloat16" if capable else "float32"


@contextmanager
def computing_in(precision: str, model: keras.Model) -> Iterator[None]:
    """Have the layers of a model's networks compute in `precision` for a while."""
    networks = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    layers = [layer for network in networks for layer in network.layers]
    before = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = precision
        yield
    finally:
        for layer, policy in zip(layers, before, strict=True):
            layer.dtype_policy = policy
