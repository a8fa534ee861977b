"""The settings that tests run on: tests/params.yaml, which no edit of the project's own params.yaml touches."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.settings.params import Params, parse, read_yaml
from digitforge.settings.recipe import Recipe, path_of
from digitforge.settings.recipes import declared, put, setting
from digitforge.settings.trainings import Training

ROOT = Path(__file__).parents[1]
PARAMS_FILE = Path(__file__).with_name("params.yaml")


ADAM = {"name": "adam", "momentum": 0.9}
PLAIN = {"name": "none"}  # no penalty, no augmentation
AFFINE = {"name": "affine", "rotation": 0.17, "stretch": 0.1, "shear": 0.1, "shift": 2.0}
ELBO = {"name": "elbo", "beta": 1.0, "free_bits": 0.0, "warmup": 0.0}
GAME = {"name": "nonsaturating", "penalty": 1.0, "penalty_every": 1}
FROM_PRIOR = {"codes": "prior", "threshold": None}
FROM_MIXTURE = {"codes": "mixture", "components": 2, "temperature": 1.0, "shared_channels": False, "threshold": None}


def fit(**changes):
    """A section `fit`."""
    settings = {"steps": 9, "batch": 8, "learning_rate": 0.01, "schedule": "constant", "ema": 0.0}
    return settings | {"optimizer": ADAM, "augmentation": PLAIN} | changes


@cache
def _read() -> dict[str, Any]:
    return read_yaml(PARAMS_FILE)


def content() -> dict[str, Any]:
    """What the file says, to change and write elsewhere."""
    return copy.deepcopy(_read())


def params() -> Params:
    """The same, validated."""
    return parse(content())


def write_recipe(stage: str, key: str | None = None, of: dict[str, Any] | None = None) -> None:
    """What stage `recipes` leaves for `stage@key` in the working folder, but for its code. of: other settings."""
    dumped = parse(of or content()).model_dump(mode="json")
    row, again, seed = (key or "").partition("-")
    if again and row in dumped["variants"]:
        dumped["seed"] = int(seed)
    else:
        row = key
    settings: dict[str, Any] = {}
    for path in declared(stage, ROOT)["SETTINGS"]:
        put(settings, *setting(dumped, path, row))
    files.write_json(path_of(stage, key), Recipe(stage, key, settings, {}).to_json())


def training(key: str = "vae_x", family: str = "vae", seed: int = 1) -> Training:
    """The training of a variant that learns from data in the working folder, which may be any bytes."""
    variant = {"family": family, "data": "mono-binary-complete", "model": {"code": 5}, "fit": {"steps": 9}}
    found = Training.of(Recipe("train", key, {"seed": seed, "budget": 1.0, "variant": variant}, {}))
    found.data.parent.mkdir(parents=True, exist_ok=True)
    found.data.write_bytes(b"data")
    return found


def track_as(experiment: str, system_metrics: bool = False) -> None:
    """Leave the recipe of stage `track` in the working folder, from which live runs learn where they belong."""
    tracking = {"experiment": experiment, "system_metrics": system_metrics, "champion": {}}
    write_recipe("track", of=content() | {"tracking": tracking})
