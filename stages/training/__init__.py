"""The training engine. Importing it imports TensorFlow."""

import stages.nn  # noqa: F401  (first, so that TensorFlow starts quietly)
