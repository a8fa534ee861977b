"""Stage `track` on files as the other stages would leave them; weights are any bytes, since it doesn't read them."""

import subprocess
import sys

import numpy as np
import pytest
from mlflow import MlflowClient

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.settings.judges import NAMES
from digitforge.tracking import completing, runs
from stages import track
from tests import small

IMAGES = np.zeros((4, 28, 28, 1), np.uint8)
LABELS = np.arange(4)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with three trained variants; tests may change its files -> MLflow client."""
    content = small.content()
    content["leave_one_out"]["digits"] = []
    content["seeds"] = {"rows": ["a"], "values": [2]}
    content["variants"] = {
        key: content["variants"]["vae_dense"] | {"title": key.upper(), "data": data}
        for key, data in (
            ("a", "mono-float-complete"),
            ("b", "mono-float-complete"),
            ("stacks", "color-float-complete"),
        )
    }
    monkeypatch.chdir(tmp_path)
    variants = [("train", key) for key in ("a", "a-2", "b", "stacks")]
    for stage, key in [("track", None), *(("verifier", name) for name in NAMES), *variants]:
        small.write_recipe(stage, key, content)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    source = SourceFacts("mnist")
    source.write()
    for mode in ("mono-float-complete", "color-float-complete"):
        arrays = {"x_test": IMAGES, "y_test": LABELS, "digits_test": LABELS[:, None]}
        Dataset(Mode.parse(mode), source, arrays).write()
    files.write_npz(files.OOD)
    for folder, weights in [
        *((files.VERIFIER / name, "verifier") for name in NAMES),
        *((files.MODELS / key, "model") for key in ("a", "a-2", "b", "stacks")),
    ]:
        files.write_text(folder / f"{weights}.weights.h5", f"weights in {folder}")
        files.write_text(folder / "history.csv", "step,loss\n8,2.0\n16,1.0\n")
    for name in NAMES:
        files.write_json(files.METRICS / "verifier" / f"{name}.json", {"accuracy": 0.99})
    files.write_json(files.METRICS / "a-2.json", {"samples": {"fid": 2.0}})  # better than a itself, and no champion
    files.write_json(files.METRICS / "a-2.details.json", {})
    for key, fid in (("a", 4.0), ("b", 3.0), ("stacks", 1.0)):
        files.write_npz(files.MODELS / key / "album.npz", steps=np.array([0, 16]), samples=np.stack([IMAGES, IMAGES]))
        files.write_json(files.MODELS / key / "config.json", {})
        files.write_npz(files.SAMPLERS / f"{key}.npz", name=np.array("prior"))
        files.write_npz(files.SAMPLES / f"{key}.npz", training_means=np.zeros((4, 20)), code_distance=np.zeros(4))
        files.write_json(files.METRICS / f"{key}.json", {"samples": {"fid": fid}})
        files.write_json(files.METRICS / f"{key}.details.json", {})
        files.write_text(completing.CARDS / f"{key}.md", f"# {key}")
    return MlflowClient(runs.tracking_uri())


def state(client):
    """What the store holds: the runs, and the registered models' versions and aliases."""
    experiment = client.get_experiment_by_name("small")
    runs = client.search_runs([experiment.experiment_id])
    versions = client.search_model_versions()
    aliases = {
        model.name: {alias: str(version) for alias, version in model.aliases.items()}
        for model in client.search_registered_models()
    }
    return (
        {run.info.run_name: (run.info.run_id, run.data.tags, run.data.metrics) for run in runs},
        sorted((found.name, str(found.version)) for found in versions),
        aliases,
    )


def test_runs_and_models_are_made_once(project):
    track.main()
    runs, versions, aliases = first = state(project)
    assert set(runs) == {"verifier_plain", "verifier_strict", "verifier_control", "a", "a-2", "seeds", "b", "stacks"}
    notes = {name: runs[f"verifier_{name}"][1]["mlflow.note.content"] for name in NAMES}
    assert "'no digit'" in notes["strict"]
    assert len(set(notes.values())) == 3
    assert all(runs[f"verifier_{name}"][2]["test/accuracy"] == 0.99 for name in NAMES)
    run_id, tags, metrics = runs["a"]
    assert tags["mlflow.note.content"] == "A"
    assert (metrics["samples/fid"], metrics["loss"]) == (4.0, 1.0)
    _, tags, metrics = runs["a-2"]
    assert (tags["mlflow.note.content"], tags["seed"], metrics["samples/fid"]) == ("A, seed 2", "2", 2.0)
    assert [file.path for file in project.list_artifacts(run_id, "cards")] == ["cards/a.md"]
    pictured = [file.path.split("+")[2] for file in project.list_artifacts(run_id, "images") if "png" in file.path]
    assert pictured == ["0", "16"]  # the slider of a training that never ran here
    assert versions == [("digitforge-a", "1"), ("digitforge-b", "1"), ("digitforge-stacks", "1")]
    # Lowest among the data mode of the rule: stacks don't compete with single digits.
    assert aliases == {"digitforge-a": {}, "digitforge-b": {"champion": "1"}, "digitforge-stacks": {}}
    track.main()
    assert state(project) == first


def test_a_change_makes_one_version_and_may_change_the_champion(project):
    track.main()
    files.write_text(files.MODELS / "a" / "model.weights.h5", "better weights")
    files.write_json(files.METRICS / "a.json", {"samples": {"fid": 2.0}})
    track.main()
    _, versions, aliases = state(project)
    assert versions == [
        ("digitforge-a", "1"),
        ("digitforge-a", "2"),
        ("digitforge-b", "1"),
        ("digitforge-stacks", "1"),
    ]
    assert aliases == {"digitforge-a": {"champion": "2"}, "digitforge-b": {}, "digitforge-stacks": {}}


def test_an_experiment_has_runs_of_its_own_and_no_champion(project, monkeypatch):
    track.main()
    of_a = "tags.variant = 'a' and tags.seed = '1'"
    [before] = project.search_runs([project.get_experiment_by_name("small").experiment_id], of_a)
    monkeypatch.setenv("DVC_EXP_NAME", "strict")
    files.write_json(files.METRICS / "a.json", {"samples": {"fid": 2.0}})
    for _ in range(2):
        track.main()
    found = project.search_runs([before.info.experiment_id], of_a)
    fids = {run.data.tags.get("dvc_experiment", ""): run.data.metrics["samples/fid"] for run in found}
    assert fids == {"": 4.0, "strict": 2.0}
    assert len(found) == 2
    assert len(project.search_runs([before.info.experiment_id], "tags.variant = 'b'")) == 1  # nothing new about it
    assert "champion" not in state(project)[2]["digitforge-a"]
    monkeypatch.delenv("DVC_EXP_NAME")
    track.main()
    assert state(project)[2]["digitforge-a"] == {"champion": "1"}


def test_a_registry_that_fails_costs_one_warning_and_no_run(project, monkeypatch, capsys):
    def too_old(*_):
        raise ConnectionError("no such endpoint")

    monkeypatch.setattr(completing, "Registry", too_old)
    track.main()
    assert capsys.readouterr().err.count("WARNING: MLflow at") == 1
    assert project.search_runs([project.get_experiment_by_name("small").experiment_id])


def test_the_stage_needs_no_tensorflow(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(small.ROOT))
    code = "import sys; from stages import track; track.main(); print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "3 models registered" in done.stdout
    assert done.stdout.endswith("False\n")
