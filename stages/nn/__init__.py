"""Model mathematics on TensorFlow: networks, distributions, objectives. Knows nothing of DVC or MLflow.

Importing this package imports TensorFlow, quietly: its C++ side prints several lines before it reads any log level.
"""

import os


def _import_tensorflow() -> None:
    stderr, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        import tensorflow  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


_import_tensorflow()
