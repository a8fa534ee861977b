"""Which project Python works on, and what there is to load of it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.damage import cure, verify
from digitforge.data.raw import SOURCE_FILE, SourceFacts
from digitforge.data.record import preparation
from digitforge.errors import UserError
from digitforge.protocol.champions import champions
from digitforge.reading import Verifier
from digitforge.settings.params import PARAMS_FILE, Params, load_params
from digitforge.settings.variants import Row
from digitforge.variant import Variant
from digitforge.wording import shown

VARIABLE = "DIGITFORGE_PROJECT"
MARKS = (PARAMS_FILE, Path("dvc.yaml"))  # a folder with both is a project


def project_folder() -> Path:
    """The folder that DIGITFORGE_PROJECT names, else the working folder or its nearest parent that is a project.

    Raises UserError if there is none.
    """
    named, here = os.environ.get(VARIABLE), Path.cwd()
    folders = [Path(named)] if named else [here, *here.parents]
    for folder in folders:
        if all((folder / mark).is_file() for mark in MARKS):
            return folder.resolve()
    received = f"{VARIABLE}: received {named!r}" if named else f"{here}: no project here or in a folder above"
    raise UserError(f"{received}; accepted: a folder with params.yaml and dvc.yaml, as {VARIABLE} or to work in")


def settings(root: Path) -> Params:
    """The project's params.yaml."""
    return load_params(root / PARAMS_FILE)


def variants(root: Path | None = None) -> list[str]:
    """Keys of the trained variants, in the order of params.yaml. root: the project; None finds it."""
    root = root or project_folder()
    return [key for key in settings(root).variants if (root / files.MODELS / key / "model.weights.h5").exists()]


def champion(family: str = "vae", root: Path | None = None) -> str:
    """Key of the best variant of a family, by its rule under `tracking.champion` in params.yaml. root: as of `load`.

    Raises UserError if there is no rule for the family, or no variant of it that has the rule's metric.
    """
    root = root or project_folder()
    params = settings(root)
    rules = params.tracking.champion
    if not isinstance(family, str) or family not in rules:
        raise UserError(
            f"champion: received {shown(family)}; accepted, by tracking.champion: {', '.join(rules) or 'none'}"
        )
    found = champions(params.variants, rules, root)
    if family not in found:
        raise UserError(f"{family}: no champion, as no variant of this family has the metric of tracking.champion")
    return found[family]


def load(key: str, root: Path | None = None) -> Variant:
    """A trained variant by its key in params.yaml. root: the project; None finds it.

    Raises UserError if there is no such variant, if it isn't trained yet, or if its row was edited since.
    """
    root = root or project_folder()
    params = settings(root)
    row = params.variant(key)
    trained = variants(root)
    if key not in trained:
        others = f"; trained are {', '.join(trained)}" if trained else ""
        raise UserError(f"{key}: not trained yet, `dvc repro evaluate@{key}` does it{others}")
    from digitforge import models

    folder = root / files.MODELS / key
    verify(files.MODELS / key, root=root)
    with undamaged(folder, root, f"dvc repro -f -s train@{key}"):
        if not is_of(row, files.read_json(folder / "config.json")):
            raise UserError(
                f"{key}: edited in params.yaml since it was trained; `dvc repro evaluate@{key}` trains it anew"
            )
        model = models.load(folder)
    return Variant(key, row, model, preparation(root), root=root, missing_digit=params.data.missing_digit)


@contextmanager
def undamaged(path: Path, root: Path, command: str) -> Iterator[None]:
    """Reading what lies at `path`: where that fails, say so, and which command brings it back."""
    try:
        yield
    except PermissionError:
        raise
    except (*files.DAMAGED, TypeError, AttributeError, RuntimeError) as error:  # what h5py and JSON's readers raise
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"{path}: damaged ({reason}); {cure(path, root, command)}") from None


def is_of(row: Row, config: dict[str, Any]) -> bool:
    """Whether a trained model, by its config.json, is what a row of params.yaml asks for."""
    asked = json.loads(json.dumps(row.model.model_dump()))
    return [config.get(name) for name in ("family", "data", "model")] == [row.family, str(row.data), asked]


def verifier(root: Path | None = None) -> Verifier:
    """The trained strict verifier; raises UserError if there is none yet. root: as of `load`."""
    root = root or project_folder()
    folder = root / files.VERIFIER / "strict"
    if not (folder / "verifier.weights.h5").exists():
        raise UserError(f"{folder}: no verifier yet, `dvc repro verifier` trains it")
    from digitforge.models.verifiers import load

    source = SourceFacts.read(root) if (root / SOURCE_FILE).exists() else SourceFacts("unknown")
    verify(files.VERIFIER / "strict", root=root)
    with undamaged(folder, root, "dvc repro -f -s verifier@strict"):
        network = load(folder, pictures=source.pictures)
        return Verifier(network, files.read_json(folder / "judge.json")["thresholds"], source.names)
