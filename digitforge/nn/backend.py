"""TensorFlow, Keras and TensorFlow Probability, imported when something of them is first used, and quietly.

So a part's file can hold its schema too, and params.yaml is checked without importing any of them.
"""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any


class Lazy:
    """Stands for a module: the first use of an attribute imports it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked for by whoever inspects objects; none of it is used
            raise AttributeError(name)
        start_tensorflow()
        package, *rest = self._path.split(".")
        found = import_module(package)
        for part in rest:
            found = getattr(found, part)
        value = getattr(found, name)
        setattr(self, name, value)  # the next use finds it at once
        return value


def start_tensorflow() -> None:
    """Import TensorFlow without a word: its C++ side prints several lines before it reads any log level."""
    if "tensorflow" in sys.modules:
        return
    # Nothing of what an import creates is ever garbage, but looking for garbage among it takes a quarter of the import,
    # and again two seconds when Python ends.
    gc.disable()
    with tempfile.TemporaryFile() as said:
        stderr = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            with hidden("matplotlib", "sklearn"):  # for tools of Keras's that nothing here uses: a third of the time
                import tensorflow
        finally:
            gc.freeze()
            gc.enable()
            os.dup2(stderr, 2)
            os.close(stderr)
            if "tensorflow" not in sys.modules:  # the import failed: what it said matters
                said.seek(0)
                sys.stderr.write(said.read().decode(errors="replace"))
    tensorflow.get_logger().setLevel("ERROR")  # no advice on retracing: every array has a last, shorter batch


@contextmanager
def hidden(*libraries: str) -> Iterator[None]:
    """Libraries that aren't imported yet can't be, for a while: what would use them does without."""
    names = [name for name in libraries if name not in sys.modules]
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


if TYPE_CHECKING:
    import keras as keras
    import tensorflow as tf
    import tensorflow_probability as tfp
    from keras import layers as layers
    from keras import ops as ops

    tfb, tfd = tfp.bijectors, tfp.distributions
else:
    tf, keras = Lazy("tensorflow"), Lazy("keras")
    layers, ops = Lazy("keras.layers"), Lazy("keras.ops")
    tfd, tfb = Lazy("tensorflow_probability.distributions"), Lazy("tensorflow_probability.bijectors")
