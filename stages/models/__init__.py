"""From a row of `variants:` in params.yaml to a model: `build`."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.pipeline.errors import UserError
from stages.pipeline.files import read_json

if TYPE_CHECKING:
    from stages.models.base import GenerativeModel

# family in params.yaml -> class in stages/models/FAMILY.py
FAMILIES = {"autoencoder": "Autoencoder", "vae": "Vae"}


def build(family: str, shape: tuple[int, int, int], arguments: dict[str, Any]) -> "GenerativeModel":
    """Build an untrained model for images [H, W, C]; raises UserError for an unknown family."""
    if family not in FAMILIES:
        raise UserError(f"family: received {family!r}; accepted: {', '.join(FAMILIES)}")
    module = import_module(f"stages.models.{family}")
    return getattr(module, FAMILIES[family])(shape, **arguments)


def load(folder: Path) -> "GenerativeModel":
    """The trained model of a folder that stage `train` wrote."""
    config = read_json(folder / "config.json")
    model = build(config["family"], tuple(config["shape"]), config["model"])
    model.load_weights(folder / "model.weights.h5")
    return model
