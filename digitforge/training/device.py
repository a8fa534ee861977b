"""What trains, and in which precision."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

from digitforge.nn.backend import keras, tf
from digitforge.settings.fit import Fit


def describe_device(settings: Fit) -> str:
    """One line that says what trains."""
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]
    many = devices(settings)
    if many:
        return f"training on {len(many)} devices ({', '.join(names) or 'processors'})"
    alone = "; fit.devices is all, but there is one" if settings.devices == "all" else ""
    if gpus:
        return f"training on the GPU ({names[0]}{alone})"
    return f"training on the CPU (no GPU found{alone})"


def devices(settings: Fit) -> tuple[str, ...]:
    """Those that share every batch of a training, by their names in TensorFlow; none where one takes it whole."""
    if settings.devices == "one":
        return ()
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return tuple(device.name for device in found) if len(found) > 1 else ()


def placed(settings: Fit) -> AbstractContextManager[None]:
    """Where a network has to be built that `settings` train: with several devices each has a copy of its weights."""
    found = devices(settings)
    return shared_by(found).scope() if found else nullcontext()


@cache
def shared_by(names: tuple[str, ...]) -> tf.distribute.MirroredStrategy:
    """The strategy of several devices: a second one in the same process would mix its sums with those of the first."""
    return tf.distribute.MirroredStrategy(names)


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
    layers = layers_of(model)
    before = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = precision
        yield
    finally:
        for layer, policy in zip(layers, before, strict=True):
            layer.dtype_policy = policy


def normalise_together(model: keras.Model) -> None:
    """Have batch normalisation take mean and variance of a whole batch, where several devices share it."""
    for layer in layers_of(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True


def layers_of(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers of a model's networks."""
    return [layer for network in model.layers if isinstance(network, keras.Model) for layer in network.layers]
