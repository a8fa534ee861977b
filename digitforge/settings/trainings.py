"""Every training of the pipeline, described once: for its stage, its live run in MLflow and one restored from files."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.settings.recipe import Recipe

# Data modes of the verifiers and of the study.
VERIFIED, LEFT_OUT = Mode.parse("mono-float-complete"), Mode.parse("mono-binary-complete")


@dataclass(frozen=True)
class Training:
    """A training: its recipe, its name in logs and in MLflow, and where its files are.

    shown: the settings that MLflow shows as its parameters. metrics: files of what was measured of its model.
    """

    recipe: Recipe
    name: str
    family: str
    mode: Mode
    folder: Path
    shown: dict[str, Any]
    metrics: tuple[Path, ...]

    @classmethod
    def of(cls, recipe: Recipe) -> "Training":
        """The training that follows this recipe."""
        return OF_STAGE[recipe.stage](recipe)

    @property
    def data(self) -> Path:
        """The data file that it learns from."""
        return Dataset.path(self.mode)

    @property
    def logged(self) -> dict[str, Any]:
        """What MLflow shows as parameters: `shown`, the budget and the seed."""
        return {**self.shown, "budget": self.recipe["budget"], "seed": self.recipe["seed"]}

    @property
    def tags(self) -> dict[str, str]:
        """The tags by which its runs in MLflow can be found."""
        return {"family": self.family, "data": str(self.mode)}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of its recipe and its data, which names its checkpoints and its run in MLflow."""
        return self.recipe.fingerprint(self.data)


def of_variant(recipe: Recipe) -> Training:
    """Stage `train`."""
    key, row = str(recipe.key), recipe["variant"]
    shown = {"model": row["model"], "fit": row["fit"]}
    metrics = (files.METRICS / f"{key}.json", files.METRICS / f"{key}.details.json")
    return Training(recipe, key, row["family"], Mode.parse(row["data"]), files.MODELS / key, shown, metrics)


def of_verifier(recipe: Recipe) -> Training:
    """Stage `verifier`."""
    key = str(recipe.key)
    metrics = (files.METRICS / "verifier" / f"{key}.json",)
    folder, shown = files.VERIFIER / key, recipe["verifier"]
    return Training(recipe, f"verifier_{key}", "verifier", VERIFIED, folder, shown, metrics)


def of_left_out_digit(recipe: Recipe) -> Training:
    """Stage `leave_one_out`."""
    digit = str(recipe.key)
    shown = {**recipe["leave_one_out"], "study": {"digit": int(digit)}}
    metrics = (files.METRICS / "leave_one_out" / f"{digit}.json",)
    folder = files.LEAVE_ONE_OUT / digit
    return Training(recipe, f"leave_one_out_{digit}", "vae", LEFT_OUT, folder, shown, metrics)


OF_STAGE = {"verifier": of_verifier, "train": of_variant, "leave_one_out": of_left_out_digit}
