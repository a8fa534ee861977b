"""Model mathematics on TensorFlow: networks, distributions, objectives. Knows nothing of DVC or MLflow.

Importing this package imports TensorFlow, quietly: its C++ side prints several lines before it reads any log level.
"""

import gc
import os
import sys
import tempfile


def _import_tensorflow() -> None:
    # Nothing of what an import creates is ever garbage, but looking for garbage among it takes a quarter of the import,
    # and again two seconds when Python ends.
    gc.disable()
    with tempfile.TemporaryFile() as said:
        stderr = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
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


_import_tensorflow()
