"""MLflow's registry: each trained variant as a model that `mlflow models serve` serves, and a champion per family."""

import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from digitforge.data.image_files import to_png
from digitforge.tracking.runs import Store, tracking_uri

PREFIX = "digitforge-"
CHAMPION = "champion"
PACKAGE = Path(__file__).resolve().parents[1]  # a copy of it goes with every served model
# What the package imports when a model is served.
REQUIREMENTS = (
    "filelock",
    "keras",
    "mlflow",
    "numpy",
    "pandas",
    "pillow",
    "psutil",
    "pydantic",
    "scikit-image",
    "scikit-learn",
    "scipy",
    "tensorflow",
    "tensorflow-probability",
    "tf-keras",
)


def requirements() -> list[str]:
    """REQUIREMENTS in the versions that are in use here."""
    return [f"{package}=={version(package)}" for package in REQUIREMENTS]


def signature() -> Any:
    """A column of image files, needed by all tasks but `sample`, and the parameters with their defaults."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    params = [("task", "string", "sample"), ("count", "long", 16), ("seed", "long", 0), ("label", "long", -1)]
    return ModelSignature(
        inputs=Schema([ColSpec("binary", "image", required=False)]),
        params=ParamSchema([ParamSpec(*param) for param in params]),
    )


def example(image: np.ndarray) -> Any:
    """A request: the file of an image [H, W, C], and the task to reconstruct it."""
    import pandas as pd

    return pd.DataFrame({"image": [to_png(image)]}), {"task": "reconstruct"}


@dataclass(frozen=True)
class Entry:
    """What the registry says of a version: `content` names what is in it, `image` [H, W, C] is the input example."""

    key: str
    content: str
    title: str
    tags: dict[str, str]
    image: np.ndarray


class Registry:
    """The registered models of a store whose names begin with `digitforge-`."""

    def __init__(self, store: Store) -> None:
        import mlflow

        mlflow.set_tracking_uri(tracking_uri())  # a version's source, models:/ID, is looked up there
        self.store, self.client = store, store.client
        found = self.client.search_registered_models(f"name LIKE '{PREFIX}%'", max_results=1000)
        self.models = {model.name: model for model in found}

    def version(self, key: str, content: str) -> str | None:
        """The newest version of a variant with this content, or None."""
        found = self.client.search_model_versions(f"name = '{PREFIX}{key}' AND tags.content = '{content}'")
        return max((str(model.version) for model in found), key=int, default=None)

    def add(self, entry: Entry, run_id: str, folder: Path) -> str:
        """Log what lies in `folder` as the model of a run, and register it as a new version -> its number."""
        name, tags = PREFIX + entry.key, {**entry.tags, "content": entry.content}
        if name not in self.models:
            self.models[name] = self.client.create_registered_model(name, entry.tags, entry.title)
        self.discard(entry.content)
        model = self.client.create_logged_model(self.store.experiment_id, entry.key, run_id, tags)
        with tempfile.TemporaryDirectory() as saved:
            self._save(Path(saved) / "model", model, folder, entry.image)
            self.client.log_model_artifacts(model.model_id, str(Path(saved) / "model"))
        self.client.finalize_logged_model(model.model_id, "READY")
        self.client.log_outputs(run_id, [self.store.entities.LoggedModelOutput(model.model_id, step=0)])
        source = f"models:/{model.model_id}"
        made = self.client.create_model_version(
            name, source, run_id, tags=tags, description=entry.title, model_id=model.model_id
        )
        return str(made.version)  # a number, or text, as the store has it

    def discard(self, content: str) -> None:
        """Delete logged models with a content that no version has: `add` was killed before it was done."""
        found = self.client.search_logged_models([self.store.experiment_id], f"tags.content = '{content}'")
        for model in found:
            self.client.delete_logged_model(model.model_id)

    @staticmethod
    def _save(path: Path, model: Any, folder: Path, image: np.ndarray) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow 3.17 warns of its own type hints and of its use of pandas
            from mlflow import pyfunc
            from mlflow.models import Model

            pyfunc.save_model(
                path,
                mlflow_model=Model(model.artifact_location, run_id=model.source_run_id, model_id=model.model_id),
                python_model=str(PACKAGE / "serving.py"),
                artifacts={"variant": str(folder)},
                code_paths=[str(PACKAGE)],
                signature=signature(),
                input_example=example(image),
                pip_requirements=requirements(),
            )

    def crown(self, champions: Mapping[str, str]) -> None:
        """Give the alias `champion` to these versions by variant, and take it from all other variants."""
        for name, model in self.models.items():
            wanted, held = champions.get(name.removeprefix(PREFIX)), model.aliases.get(CHAMPION)
            if wanted is None and held is not None:
                self.client.delete_registered_model_alias(name, CHAMPION)
            elif wanted is not None and wanted != str(held):
                self.client.set_registered_model_alias(name, CHAMPION, wanted)
