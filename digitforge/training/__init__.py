"""The training engine. Importing it imports TensorFlow."""

import digitforge.nn  # noqa: F401  (first, so that TensorFlow starts quietly)
