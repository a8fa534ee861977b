"""digitforge: each file here is a DVC stage of that name; each folder is library."""

import os

# Before TensorFlow is first imported: no banner of C++ log lines, and Keras on TensorFlow whatever ~/.keras says.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
# Take a GPU's memory as it is needed, not all of it at the first step.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
