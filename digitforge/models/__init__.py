"""From a row of `variants:` in params.yaml to a model: `build`. Importing this package imports TensorFlow."""

import digitforge.nn  # noqa: F401  (first, so that TensorFlow starts quietly)

# isort: split
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from digitforge.errors import UserError
from digitforge.files import read_json

if TYPE_CHECKING:
    from digitforge.models.base import GenerativeModel

# family in params.yaml -> class in digitforge/models/FAMILY.py
FAMILIES = {
    "autoencoder": "Autoencoder",
    "vae": "Vae",
    "conditional_vae": "ConditionalVae",
    "vqvae": "Vqvae",
    "gan": "Gan",
}


def build(family: str, shape: tuple[int, int, int], arguments: dict[str, Any], *, seed: int = 0) -> "GenerativeModel":
    """Build an untrained model for images [H, W, C], its weights drawn with `seed`.

    `arguments` are those of the family's constructor. Raises UserError for an unknown family.
    """
    if family not in FAMILIES:
        raise UserError(f"family: received {family!r}; accepted: {', '.join(FAMILIES)}")
    make = getattr(import_module(f"digitforge.models.{family}"), FAMILIES[family])
    keras.utils.set_random_seed(seed)
    return make(shape, **arguments)


def load(folder: Path) -> "GenerativeModel":
    """The trained model of a folder that stage `train` wrote."""
    config = read_json(folder / "config.json")
    model = build(config["family"], tuple(config["shape"]), config["model"])
    model.load_weights(folder / "model.weights.h5")
    return model
