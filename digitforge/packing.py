"""A trained variant in a folder of its own, with all that it needs: what the MLflow model carries."""

import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.preparation import Preparation
from digitforge.data.record import preparation
from digitforge.settings.variants import Row
from digitforge.settings.variants import Variant as AnyRow
from digitforge.variant import Variant


def pack(key: str, row: Row, missing_digit: int, folder: Path, root: Path = Path()) -> None:
    """Copy what `unpack` needs of the trained variant `key` from the project at `root` to `folder`."""
    how = asdict(preparation(root))
    content = {"key": key, "row": row.model_dump(), "missing_digit": missing_digit, "preparation": how}
    files.write_json(folder / "variant.json", content)
    model = files.MODELS / key
    for path in (model / "config.json", model / "model.weights.h5", files.SAMPLERS / f"{key}.npz"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, folder / path)
    of_anomalies = {
        files.SAMPLES / f"{key}.npz": ("training_means", "code_distance", "model_sha256"),
        Dataset.path(row.data): ("y_test", "source"),
    }
    for path, names in of_anomalies.items():
        with np.load(root / path, allow_pickle=False) as archive:  # a model without an encoder has no codes
            files.write_npz(folder / path, **{name: archive[name] for name in names if name in archive.files})


def unpack(folder: Path) -> Variant:
    """The variant of a folder that `pack` filled."""
    from digitforge import models

    content = files.read_json(folder / "variant.json")
    key, row = content["key"], TypeAdapter(AnyRow).validate_python(content["row"])
    model = models.load(folder / files.MODELS / key)
    how = Preparation(**content["preparation"])
    return Variant(key, row, model, how, root=folder, missing_digit=content["missing_digit"])
