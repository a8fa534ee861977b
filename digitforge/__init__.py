"""Use what the pipeline trained.

    import digitforge
    model = digitforge.load("vae_tril")
    images = model.sample(64, seed=1)

Importing this package imports little: the names below come when they are first used.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digitforge.errors import UserError
    from digitforge.images import InputError
    from digitforge.project import champion, load, variants, verifier
    from digitforge.reading import Verifier
    from digitforge.variant import Variant

# Before TensorFlow is first imported: no banner of C++ log lines, and Keras on TensorFlow whatever ~/.keras says.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
# Take a GPU's memory as it is needed, not all of it at the first step.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

__all__ = ["InputError", "UserError", "Variant", "Verifier", "champion", "load", "variants", "verifier"]

HOMES = {
    "InputError": "images",
    "UserError": "errors",
    "Variant": "variant",
    "Verifier": "reading",
    "champion": "project",
    "load": "project",
    "variants": "project",
    "verifier": "project",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'digitforge' has no attribute {name!r}")
    return getattr(import_module(f"digitforge.{HOMES[name]}"), name)
