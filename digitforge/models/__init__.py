"""From a family and its settings to a model. The family NAME_OF_IT is the class NameOfIt of `models/name_of_it.py`."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitforge.files import read_json
from digitforge.nn.backend import keras
from digitforge.schema import Schema

if TYPE_CHECKING:
    from digitforge.models.base import GenerativeModel


def family_class(family: str) -> "type[GenerativeModel]":
    """The class of a family, which names its schema in `Settings`. Imports TensorFlow."""
    return getattr(import_module(f"digitforge.models.{family}"), family.title().replace("_", ""))


def build(
    family: str,
    shape: tuple[int, int, int],
    settings: Schema | Mapping[str, Any],
    *,
    classes: int = 10,
    seed: int = 0,
) -> "GenerativeModel":
    """Build an untrained model for images [H, W, C], its weights drawn with `seed`.

    settings: the section `model` of a row, as the family's schema or as what that validates. classes: how many labels
    the data have, for a family that needs them.
    """
    make = family_class(family)
    keras.utils.set_random_seed(seed)
    of_labels = {"classes": classes} if make.needs_labels else {}
    return make(shape, make.Settings.model_validate(settings), **of_labels)  # type: ignore[call-arg, arg-type]


def load(folder: Path) -> "GenerativeModel":
    """The trained model of a folder that stage `train` wrote."""
    config = read_json(folder / "config.json")
    model = build(config["family"], tuple(config["shape"]), config["model"], classes=config["classes"])
    model.load_weights(folder / "model.weights.h5")
    return model
