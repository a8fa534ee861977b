"""Completes MLflow from files: runs get what was measured, runs that never ran here are restored, models registered."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from digitforge import files
from digitforge.data import album
from digitforge.data.dataset import Dataset
from digitforge.packing import pack
from digitforge.protocol.champions import champions
from digitforge.settings.judges import NAMES
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import Training
from digitforge.tracking.registry import PACKAGE, Entry, Registry, requirements
from digitforge.tracking.runs import Store, dvc_experiment, flatten

FIGURES, CARDS = files.REPORTS / "figures", files.REPORTS / "cards"


def trainings(keys: Iterable[str], digits: list[int]) -> Iterator[Training]:
    """Every training of the pipeline: of the verifiers, the variants and the study's digits that the data has.

    keys: of variants, and ROW-SEED of those from other seeds.
    """
    yield from (Training.of(Recipe.read("verifier", name)) for name in NAMES)
    yield from (Training.of(Recipe.read("train", key)) for key in keys)
    for digit in digits:
        training = Training.of(Recipe.read("leave_one_out", str(digit)))
        if files.read_json(training.metrics[0])["scores"]:  # empty: the data has no such digit, so nothing was trained
            yield training


def measured(training: Training) -> dict[str, float]:
    """The numbers to log, as GROUP/NAME, by which the UI sorts charts; without the half-widths of intervals."""
    # A verifier's live curve is called `accuracy` too: its result on the test split stands apart.
    prefix = "test." if training.recipe.stage == "verifier" else ""
    flat = flatten(files.read_json(training.metrics[0]), prefix)
    numbers = {name: value for name, value in flat.items() if isinstance(value, int | float)}
    kept = {name.removesuffix(".value"): value for name, value in numbers.items() if not name.endswith(".ci95")}
    return {name.replace(".", "/"): value for name, value in kept.items()}


def mend(store: Store, run_id: str, training: Training, source: str) -> None:
    """Log what a run lacks and the files have: of a run that is new, or whose logging broke off."""
    store.describe(run_id, training, source)
    there = {metric.step for metric in store.client.get_metric_history(run_id, "loss")}
    points = pd.read_csv(training.folder / "history.csv").astype(float).to_dict("records")
    store.log_metrics(run_id, [point for point in points if point["step"] not in there])  # type: ignore[misc]
    if (training.folder / "album.npz").exists():
        moments = album.read(training.folder / "album.npz")
        store.log_pictures(run_id, {step: album.picture(images) for step, images in moments.items()})
    store.set_tags(run_id, {"restored": "from files"})
    store.client.set_terminated(run_id)


def complete(store: Store, training: Training, title: str, source: str) -> None:
    """Bring one run up to date with the files, unless it already is.

    A DVC experiment that measures a trained model in another way gets a run of its own; the first one stays as it is.
    """
    # The card's links, ../figures/NAME, hold in these folders too.
    attached = {
        "figures": sorted(FIGURES.glob(f"{training.name}-*.png")),
        "metrics": list(training.metrics),
        "cards": sorted(CARDS.glob(f"{training.name}.md")),
    }
    parts = [path.read_bytes() for paths in attached.values() for path in paths]
    content = hashlib.sha256(b"".join([title.encode(), *parts])).hexdigest()
    known = store.runs(training.fingerprint)
    own = [run for run in known if run.data.tags.get("dvc_experiment", "") == dvc_experiment()]
    if content in [run.data.tags.get("completed_with") for run in own[:1] or known]:
        return
    if own and own[0].info.status == "FINISHED":
        run_id = own[0].info.run_id
    else:
        run_id = store.open(training, source)
        mend(store, run_id, training, source)
    store.log_metrics(run_id, [{"step": 0, **measured(training)}])
    for folder, paths in attached.items():
        for path in paths:
            store.client.log_artifact(run_id, str(path), folder)
    store.set_tags(run_id, {"mlflow.note.content": title, "completed_with": content})


def register(store: Store, variants: Mapping[str, Any], rules: Mapping[str, Any], missing_digit: int) -> None:
    """Register each trained variant that isn't registered yet. Name the champions too, except in a DVC experiment.

    variants: rows of params.yaml; rules: `tracking.champion` there.
    """
    registry, versions = Registry(store), {}
    for key, row in variants.items():
        with tempfile.TemporaryDirectory() as folder:
            pack(key, row, missing_digit, Path(folder))
            content = content_of(Path(folder))
            version = registry.version(key, content)
            if version is None:
                run = store.runs(Training.of(Recipe.read("train", key)).fingerprint)[0]  # `complete` was there
                image: np.ndarray = Dataset.read(row.data, "x_test")["x_test"][0]
                entry = Entry(key, content, row.title, {"family": row.family, "data": str(row.data)}, image)
                version = registry.add(entry, run.info.run_id, Path(folder))
        versions[key] = version
    if not dvc_experiment():
        registry.crown({key: versions[key] for key in champions(variants, rules).values()})


def content_of(folder: Path) -> str:
    """A hash of what a served model is: its packed files, the package that serves them, and its requirements."""
    found = hashlib.sha256(" ".join(requirements()).encode())
    packed = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in (*sorted(PACKAGE.rglob("*.py")), *packed):
        found.update(path.read_bytes())
    return found.hexdigest()
