"""Against real MLflow stores: sqlite files and an `mlflow server`."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from PIL import Image

from digitforge.settings.params import Tracking
from digitforge.tracking import runs

ROOT = Path(__file__).parents[2]
SETTINGS = Tracking(experiment="exp", system_metrics=False, champion={})


def tracked(repository, *, stage_hash="h1", settings=SETTINGS):
    return runs.run(
        settings,
        "train",
        "vae_x",
        stage_hash=stage_hash,
        params={"model": {"code": 5, "network": {"name": "dense"}}, "seed": 1},
        data=repository / "data.npz",
        source="mnist",
        tags={"family": "vae", "data": "mono-binary-complete"},
    )


def track(repository, *, stage_hash="h1", rows=3):
    with tracked(repository, stage_hash=stage_hash) as run:
        for step in range(rows):
            run.log_row({"step": 10 * step, "loss": 100.0 - step})
    return run


def test_a_run_has_parameters_curves_data_and_tags(repository, monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "brave-test")
    run_id = track(repository).run_id
    client = MlflowClient(runs.tracking_uri())
    found = client.get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"model.code": "5", "model.network.name": "dense", "seed": "1"}
    assert [(m.step, m.value) for m in client.get_metric_history(run_id, "loss")] == [(0, 100), (10, 99), (20, 98)]
    tags = found.data.tags
    assert {tags[name] for name in ("stage", "variant", "family")} == {"train", "vae_x", "vae"}
    assert tags["stage_hash"] == "h1"
    assert tags["dvc_experiment"] == "brave-test"
    assert tags["mlflow.source.git.commit"] == runs.git_commit() != ""
    [dataset] = found.inputs.dataset_inputs
    assert dataset.dataset.name == "mnist/data"
    assert len(dataset.dataset.digest) == 12
    assert found.info.artifact_uri.startswith((repository / "mlartifacts").as_uri())


def test_pictures_make_a_slider(repository, monkeypatch):
    picture = np.full((6, 4, 3), 7, np.uint8)
    with tracked(repository) as run:
        for step in (0, 8, 8):  # a resumed training comes by a second time
            run.log_picture(picture, step)
    images = [file.path for file in MlflowClient(runs.tracking_uri()).list_artifacts(run.run_id, "images")]
    for step in (0, 8):
        assert len([path for path in images if path.startswith(f"images/{runs.PICTURES}+step+{step}+")]) == 2
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    with tracked(repository) as run:
        run.log_picture(picture, 0)  # a warning, no error


def test_the_load_of_the_machine_is_logged_on_demand(repository, monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.2")
    client = MlflowClient(runs.tracking_uri())
    with tracked(repository) as run:
        time.sleep(1)
    assert not [name for name in client.get_run(run.run_id).data.metrics if name.startswith("system/")]
    with tracked(repository, settings=SETTINGS.model_copy(update={"system_metrics": True})) as run:
        time.sleep(1)
    assert len(client.get_metric_history(run.run_id, "system/cpu_utilization_percentage")) >= 2
    assert not [thread for thread in threading.enumerate() if thread.name == "SystemMetricsMonitor"]


def test_an_interrupted_run_is_continued(repository):
    store = runs.Store("exp")
    first = store.open("train", "vae_x", "h1", {})
    assert store.open("train", "vae_x", "h1", {}) == first
    assert store.open("train", "vae_x", "h2", {}) != first
    assert track(repository).run_id == first
    assert track(repository).run_id != first  # it had finished: trained anew


def test_the_runs_of_a_study_have_one_parent(repository):
    store = runs.Store("exp")
    children = [store.open("leave_one_out", f"leave_one_out_{digit}", f"h{digit}", {}) for digit in (0, 1)]
    parents = {store.client.get_run(child).data.tags["mlflow.parentRunId"] for child in children}
    [parent] = map(store.client.get_run, parents)
    assert (parent.info.run_name, parent.info.status) == ("leave_one_out", "FINISHED")
    assert "mlflow.parentRunId" not in store.client.get_run(store.open("train", "vae_x", "h", {})).data.tags


def test_a_failed_training_is_marked(repository):
    with (
        pytest.raises(ZeroDivisionError),
        runs.run(
            SETTINGS, "train", "x", stage_hash="h", params={}, data=repository / "data.npz", source="mnist", tags={}
        ) as run,
    ):
        1 / 0  # noqa: B018
    assert MlflowClient(runs.tracking_uri()).get_run(run.run_id).info.status == "FAILED"


def test_a_dead_server_costs_one_warning(repository, monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    run = track(repository, rows=50)
    assert run.store is None
    assert (
        capsys.readouterr().err.count("WARNING: MLflow at http://127.0.0.1:1 can't be used, going on without it") == 1
    )


def test_a_server_that_dies_midway_costs_one_warning(repository, capsys, monkeypatch):
    def broken(*_):
        raise ConnectionError("gone")

    with runs.run(
        SETTINGS, "train", "x", stage_hash="h", params={}, data=repository / "data.npz", source="mnist", tags={}
    ) as run:
        monkeypatch.setattr(runs.Store, "log_metrics", broken)
        for step in range(5):
            run.log_row({"step": step, "loss": 1.0})
    assert capsys.readouterr().err.count("WARNING") == 1


def test_processes_may_open_a_fresh_store_at_once(repository):
    code = "from digitforge.tracking.runs import Store; Store('exp')"
    processes = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, error = process.communicate()
        assert process.returncode == 0, error.decode()
    assert len(MlflowClient(runs.tracking_uri()).search_experiments(filter_string="name = 'exp'")) == 1


def test_a_real_server(repository, mlflow_server):
    with tracked(repository) as run:
        run.log_row({"step": 10, "loss": 98.0})
        run.log_picture(np.full((6, 4, 3), 7, np.uint8), 10)
    client = MlflowClient(mlflow_server)
    found = client.get_run(run.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.metrics["loss"] == 98
    [picture] = [file.path for file in client.list_artifacts(run.run_id, "images") if file.path.endswith(".png")]
    with Image.open(client.download_artifacts(run.run_id, picture)) as image:
        assert np.array_equal(np.asarray(image), np.full((6, 4, 3), 7))


def test_flatten():
    assert runs.flatten({"a": {"b": {"c": 1}, "d": "x"}, "e": [1]}) == {"a.b.c": 1, "a.d": "x", "e": [1]}
