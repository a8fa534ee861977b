"""Registered models against real stores, and what a served one answers over HTTP."""

import ast
import base64
import io
import json
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.metadata import packages_distributions
from pathlib import Path
from unittest.mock import Mock

import mlflow
import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.models import Model
from PIL import Image

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.models import build
from digitforge.nn.samplers import to_arrays
from digitforge.packing import pack, unpack
from digitforge.settings.params import parse
from digitforge.tracking import registry, runs
from tests import small

ROOT = Path(__file__).parents[2]
IMAGES = np.random.default_rng(0).integers(0, 256, (30, 28, 28, 1), np.uint8)
NETWORK = {"name": "dense", "encoder": [16], "decoder": [16], "activation": "relu", "code_activation": "linear"}
MODEL = {"code": 3, "network": NETWORK, "pixels": "bernoulli", "hidden": 8, "beta": 1.0}
ROW = {
    "title": "Tiny class-conditional VAE",
    "family": "conditional_vae",
    "data": "mono-float-complete",
    "model": MODEL,
    "fit": small.fit(),
    "sample": small.FROM_PRIOR,
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A packed variant, with what stages `train` and `sample` would have left of it -> folder."""
    root, folder = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("packed")
    row = parse(small.content() | {"variants": {"tiny": ROW}}).variant("tiny")
    model = build("conditional_vae", (28, 28, 1), MODEL, seed=1)
    place = root / files.MODELS / "tiny"
    place.mkdir(parents=True)
    model.save_weights(place / "model.weights.h5")
    files.write_json(
        place / "config.json", {"family": "conditional_vae", "classes": 10, "shape": [28, 28, 1], "model": MODEL}
    )
    means, _ = model.encode(IMAGES, 0)
    of_model = {"model_sha256": np.array(files.sha256(place / "model.weights.h5"))}
    files.write_npz(root / files.SAMPLERS / "tiny.npz", **to_arrays(model), **of_model)
    distances = np.linspace(0, 1, 30)
    kept = {"training_means": means, "code_distance": distances, "samples": IMAGES}
    files.write_npz(root / files.SAMPLES / "tiny.npz", **kept, **of_model)
    labels = np.arange(30) % 10
    arrays = {"x_test": IMAGES, "y_test": labels, "digits_test": labels[:, None]}
    Dataset(Mode.parse("mono-float-complete"), SourceFacts("mnist"), arrays).write(root)
    pack("tiny", row, 8, folder, root)
    return folder


def entry(content="c1", key="tiny"):
    return registry.Entry(key, content, "Tiny", {"family": "conditional_vae"}, IMAGES[0])


def add(store, folder, **changes):
    """Register a version of a run of its own -> its number."""
    run_id = store.client.create_run(store.experiment_id).info.run_id
    return registry.Registry(store).add(entry(**changes), run_id, folder)


def test_a_packed_variant_needs_nothing_else(packed):
    variant = unpack(packed)
    assert (variant.key, variant.title, variant.classes) == ("tiny", ROW["title"], 10)
    assert variant.sample(3, seed=1).shape == (3, 28, 28, 1)
    assert variant.anomaly_score(IMAGES[:2]) == pytest.approx(variant.anomaly_score(IMAGES[:2]))
    assert ((variant.anomaly_percentile(IMAGES) >= 0) & (variant.anomaly_percentile(IMAGES) <= 100)).all()
    with np.load(packed / files.SAMPLES / "tiny.npz") as archive:
        assert set(archive.files) == {"training_means", "code_distance", "model_sha256"}  # samples stay behind


def test_a_version_has_signature_example_and_requirements(repository, packed):
    store = runs.Store("exp")
    assert add(store, packed) == "1"
    version = store.client.get_model_version("digitforge-tiny", "1")
    [logged] = store.client.search_logged_models([store.experiment_id])
    assert (logged.name, logged.source_run_id, logged.status) == ("tiny", version.run_id, "READY")
    saved = Path(logged.artifact_location.removeprefix("file://"))
    model = Model.load(saved)
    assert [column.name for column in model.signature.inputs] == ["image"]
    assert [param.name for param in model.signature.params] == ["task", "count", "seed", "label"]
    assert model.saved_input_example_info is not None
    requirements = (saved / "requirements.txt").read_text().split()
    assert len(requirements) == len(registry.REQUIREMENTS)
    assert all("==" in requirement for requirement in requirements)


def test_requirements_name_what_a_served_model_imports():
    code = "import sys, digitforge.serving, digitforge.packing, digitforge.models.scoring, digitforge.nn.samplers, "
    code += "digitforge.models.conditional_vae, digitforge.models.vqvae, digitforge.models.gan; "
    code += "print(*(m.__file__ for name, m in sys.modules.items() if name.split('.')[0] == 'digitforge'))"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    nodes = [node for path in output.split() for node in ast.walk(ast.parse(Path(path).read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    distributions = packages_distributions()
    imported = {found for name in names for found in distributions.get(name.split(".")[0], ())}
    # The project itself, parts of mlflow and of pydantic, and what is for types alone.
    imported -= {"digitforge", "mlflow-skinny", "mlflow-tracing", "pydantic_core", "jaxtyping"}
    imported = {name.replace("_", "-").lower() for name in imported}
    assert imported <= set(registry.REQUIREMENTS)
    # TensorFlow Probability needs tf-keras and doesn't say so. Only images that are prepared as ink need scikit-image.
    assert set(registry.REQUIREMENTS) - imported == {"tf-keras", "scikit-image"}


def test_a_content_is_found_again_and_another_is_not(repository, packed):
    store = runs.Store("exp")
    add(store, packed)
    add(store, packed, content="c2")
    found = registry.Registry(store)
    assert (found.version("tiny", "c1"), found.version("tiny", "c2"), found.version("tiny", "c3")) == ("1", "2", None)
    assert found.version("other", "c1") is None


def test_what_a_killed_registering_left_is_replaced(repository, packed, monkeypatch):
    store = runs.Store("exp")
    with monkeypatch.context() as patch:
        patch.setattr(registry.Registry, "_save", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            add(store, packed)
    logged = [model.status for model in store.client.search_logged_models([store.experiment_id])]
    assert logged == ["PENDING"]
    add(store, packed)
    assert [model.status for model in store.client.search_logged_models([store.experiment_id])] == ["READY"]


def test_a_model_is_found_after_the_project_was_moved(repository, packed, monkeypatch):
    add(runs.Store("exp"), packed)
    moved = repository.with_name("moved")
    repository.rename(moved)
    monkeypatch.chdir(moved)
    monkeypatch.setenv("DVC_ROOT", str(moved))
    monkeypatch.delenv("MLFLOW_TRACKING_URI")  # which MLflow itself has set, for this process
    registry.Registry(runs.Store("exp"))
    found = Path(mlflow.artifacts.download_artifacts("models:/digitforge-tiny/1"))
    assert found.is_relative_to(moved)
    assert (found / "MLmodel").is_file()


def test_one_champion_wears_the_crown(repository, packed):
    store = runs.Store("exp")
    for key in ("a", "b"):
        add(store, packed, key=key)
    for winner in ("a", "b", "b"):
        registry.Registry(store).crown({winner: "1"})
        holders = [
            model.name for model in store.client.search_registered_models() if registry.CHAMPION in model.aliases
        ]
        assert holders == [f"digitforge-{winner}"]


def test_registering_imports_no_tensorflow(repository, packed):
    code = "import sys, numpy as np; from pathlib import Path; from digitforge.tracking import registry, runs; "
    code += "store = runs.Store('exp'); run = store.client.create_run(store.experiment_id).info.run_id; "
    code += "entry = registry.Entry('a', 'c', 'A', {}, np.zeros((28, 28, 1), np.uint8)); "
    code += f"registry.Registry(store).add(entry, run, Path({str(packed)!r})); sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def ask(url, images=(), **params):
    """POST a request -> its predictions."""
    records = [{"image": base64.b64encode(png(image)).decode()} for image in images]
    body = json.dumps({"dataframe_records": records, "params": params}).encode()
    request = urllib.request.Request(f"{url}/invocations", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["predictions"]


def png(image):
    file = io.BytesIO()
    Image.fromarray(image.squeeze()).save(file, "PNG")
    return file.getvalue()


def pictures(rows):
    return np.stack([np.asarray(Image.open(io.BytesIO(base64.b64decode(row["image"])))) for row in rows])[..., None]


def test_a_served_model_answers_every_task(mlflow_server, packed, model_server):
    store, variant = runs.Store("exp"), unpack(packed)
    add(store, packed)
    registry.Registry(store).crown({"tiny": "1"})
    assert MlflowClient(mlflow_server).get_model_version_by_alias("digitforge-tiny", "champion").version == "1"
    with model_server("models:/digitforge-tiny@champion") as url:
        sampled = pictures(ask(url, task="sample", count=5, seed=3))
        assert np.abs(sampled - variant.as_shown(variant.sample(5, seed=3)).astype(int)).max() <= 1
        labelled = pictures(ask(url, task="sample", count=2, seed=3, label=7))
        assert np.abs(labelled - variant.as_shown(variant.sample(2, seed=3, label=7)).astype(int)).max() <= 1
        rebuilt = pictures(ask(url, IMAGES[:4], task="reconstruct"))
        assert np.abs(rebuilt - variant.as_shown(variant.reconstruct(IMAGES[:4])).astype(int)).max() <= 1
        scores = ask(url, IMAGES[:4], task="anomaly_score")
        assert [row["anomaly_score"] for row in scores] == pytest.approx(variant.anomaly_score(IMAGES[:4]), abs=1e-5)
        assert all(0 <= row["percentile"] <= 100 for row in scores)
        blue = np.zeros((1, 28, 28, 3), np.uint8)
        blue[..., 2] = IMAGES[:1, :, :, 0]  # its grey version is the brightest channel, as everywhere
        [row] = ask(url, blue, task="anomaly_score")
        assert row["anomaly_score"] == pytest.approx(variant.anomaly_score(IMAGES[:1])[0], abs=1e-5)
        for images, params, message in (
            ([], {"task": "smaple"}, "task: received 'smaple'; accepted: sample, reconstruct, anomaly_score"),
            ([], {"task": "reconstruct"}, "image: missing; accepted: a column `image`"),
        ):
            with pytest.raises(urllib.error.HTTPError) as error:
                ask(url, images, **params)
            assert message in json.load(error.value)["message"]
