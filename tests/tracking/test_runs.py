"""Against real MLflow stores: sqlite files and an `mlflow server`."""

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from PIL import Image

from digitforge import files
from digitforge.settings.recipe import Recipe
from digitforge.settings.trainings import Training
from digitforge.tracking import runs
from tests import small

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _tracked_here(repository):
    small.track_as("exp")


def track(training=None, *, rows=3):
    with runs.live(training or small.training(), "mnist") as run:
        for step in range(rows):
            run.log_row({"step": 10 * step, "loss": 100.0 - step})
    return run


def test_a_run_has_parameters_curves_data_and_tags(repository, monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "brave-test")
    monkeypatch.setattr(runs, "git_commit", lambda: "abc123")
    run_id = track().run_id
    client = MlflowClient(runs.tracking_uri())
    found = client.get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"model.code": "5", "fit.steps": "9", "budget": "1.0", "seed": "1"}
    assert [(m.step, m.value) for m in client.get_metric_history(run_id, "loss")] == [(0, 100), (10, 99), (20, 98)]
    tags = found.data.tags
    expected = {
        "stage": "train",
        "variant": "vae_x",
        "seed": "1",
        "family": "vae",
        "data": "mono-binary-complete",
        "source": "mnist",
        "fingerprint": small.training().fingerprint,
        "dvc_experiment": "brave-test",
        "mlflow.source.git.commit": "abc123",
        "mlflow.source.name": "stages/train.py",
    }
    assert {name: tags[name] for name in expected} == expected
    [dataset] = found.inputs.dataset_inputs
    assert dataset.dataset.name == "mnist/mono-binary-complete"
    assert len(dataset.dataset.digest) == 12
    assert found.info.artifact_uri.startswith((repository / "mlartifacts").as_uri())
    recipe = json.loads(Path(client.download_artifacts(run_id, "recipe.json")).read_text())
    assert recipe == small.training().recipe.to_json()


def test_pictures_make_a_slider(repository, monkeypatch):
    picture = np.full((6, 4, 3), 7, np.uint8)
    with runs.live(small.training(), "mnist") as run:
        for step in (0, 8, 8):  # a resumed training comes by a second time
            run.log_picture(picture, step)
    images = [file.path for file in MlflowClient(runs.tracking_uri()).list_artifacts(run.run_id, "images")]
    for step in (0, 8):
        assert len([path for path in images if path.startswith(f"images/{runs.PICTURES}+step+{step}+")]) == 2
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    with runs.live(small.training(), "mnist") as run:
        run.log_picture(picture, 0)  # a warning, no error


def test_the_load_of_the_machine_is_logged_on_demand(repository, monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.2")
    client = MlflowClient(runs.tracking_uri())
    with runs.live(small.training(), "mnist") as run:
        time.sleep(1)
    assert not [name for name in client.get_run(run.run_id).data.metrics if name.startswith("system/")]
    small.track_as("exp", system_metrics=True)
    with runs.live(small.training(seed=2), "mnist") as run:
        time.sleep(1)
    assert len(client.get_metric_history(run.run_id, "system/cpu_utilization_percentage")) >= 2
    assert not [thread for thread in threading.enumerate() if thread.name == "SystemMetricsMonitor"]


def test_an_interrupted_run_is_continued(repository):
    store = runs.Store("exp")
    first = store.open(small.training(), "mnist")
    assert store.open(small.training(), "mnist") == first
    assert store.open(small.training(seed=2), "mnist") != first
    assert track().run_id == first
    assert track().run_id != first  # it had finished: trained anew


def of_study(digit):
    settings = {"seed": 1, "budget": 1.0, "leave_one_out": {"model": {"code": 5}}}
    return Training.of(Recipe("leave_one_out", str(digit), settings, {}))


def test_the_runs_of_a_study_have_one_parent(repository):
    store, other = runs.Store("exp"), small.training()
    children = [store.open(of_study(digit), "mnist") for digit in (0, 1)]
    found = [store.client.get_run(child) for child in children]
    assert [run.info.run_name for run in found] == ["leave_one_out_0", "leave_one_out_1"]
    [parent] = map(store.client.get_run, {run.data.tags["mlflow.parentRunId"] for run in found})
    assert (parent.info.run_name, parent.info.status) == ("leave_one_out", "FINISHED")
    assert "mlflow.parentRunId" not in store.client.get_run(store.open(other, "mnist")).data.tags


def test_a_variant_from_another_seed_is_found_by_variant_and_seed_below_one_parent(repository):
    store = runs.Store("exp")
    children = [store.open(small.training(f"vae_x-{seed}", seed=seed), "mnist") for seed in (2, 3)]
    found = [store.client.get_run(child) for child in children]
    assert [run.info.run_name for run in found] == ["vae_x-2", "vae_x-3"]
    assert [(run.data.tags["variant"], run.data.tags["seed"]) for run in found] == [("vae_x", "2"), ("vae_x", "3")]
    [parent] = map(store.client.get_run, {run.data.tags["mlflow.parentRunId"] for run in found})
    assert parent.info.run_name == "seeds"


def test_a_failed_training_is_marked(repository):
    with pytest.raises(ZeroDivisionError), runs.live(small.training(), "mnist") as run:
        1 / 0  # noqa: B018
    assert MlflowClient(runs.tracking_uri()).get_run(run.run_id).info.status == "FAILED"


def test_where_runs_belong_is_read_from_the_recipe_of_stage_track(repository, capsys):
    small.track_as("other")
    client = MlflowClient(runs.tracking_uri())
    assert client.get_run(track().run_id).info.experiment_id == client.get_experiment_by_name("other").experiment_id
    (files.main_repository() / "artifacts/recipes/track.json").unlink()
    assert track().store is None
    assert "WARNING: MLflow at" in capsys.readouterr().err


def test_a_dead_server_costs_one_warning(repository, monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    run = track(rows=50)
    assert run.store is None
    assert (
        capsys.readouterr().err.count("WARNING: MLflow at http://127.0.0.1:1 can't be used, going on without it") == 1
    )


def test_a_server_that_dies_midway_costs_one_warning(repository, capsys, monkeypatch):
    def broken(*_):
        raise ConnectionError("gone")

    with runs.live(small.training(), "mnist") as run:
        monkeypatch.setattr(runs.Store, "log_metrics", broken)
        for step in range(5):
            run.log_row({"step": step, "loss": 1.0})
    assert capsys.readouterr().err.count("WARNING") == 1


def test_a_store_that_is_damaged_or_can_not_be_written_costs_one_warning(repository, monkeypatch, capfd):
    track()
    with monkeypatch.context() as patch:
        patch.setattr(runs.os, "access", lambda path, mode: False)  # root may write anything
        assert track(small.training(seed=2)).store is None
    whole = runs.database().read_bytes()
    runs.database().write_bytes(b"no database")
    assert track(small.training(seed=3)).store is None
    runs.database().write_bytes(whole)
    lines = capfd.readouterr().err.splitlines()
    assert [line.rsplit(": ", 1)[1].removeprefix(str(repository)) for line in lines] == [
        "/mlflow.db can't be written",
        "file is not a database",
    ]


@pytest.fixture
def silent_server(monkeypatch):
    """A server that takes connections and never answers -> those it took."""
    monkeypatch.setattr(runs, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = []

        def take():
            with suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ada:geheim@127.0.0.1:{server.getsockname()[1]}")
        yield taken
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def test_a_silent_server_is_asked_once_in_five_minutes_and_its_password_kept(repository, silent_server, capsys):
    for _ in range(3):
        assert track().store is None
    said = capsys.readouterr()
    assert len(silent_server) == 1
    assert said.err.count("WARNING: MLflow at http://***@127.0.0.1:") == 3
    assert said.err.count("no answer (ReadTimeout)") == 1
    assert said.err.count("it was silent 0 s ago; it is asked again in 300 s") == 2
    assert "geheim" not in said.out + said.err
    with pytest.raises(ConnectionError):
        runs.Store("exp", again=True)
    assert len(silent_server) == 2


def test_a_server_that_answers_byte_by_byte_is_left(repository, monkeypatch, capsys):
    monkeypatch.setattr(runs, "ANSWER_SECONDS", 0.5)
    left = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            connection, _ = server.accept()
            with connection, suppress(OSError):
                while not left.wait(0.1):
                    connection.send(b"H")

        threading.Thread(target=drip, daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.getsockname()[1]}")
        assert track().store is None
        left.set()
    assert "no answer (TimeoutError)" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["My%20Project", "a project", "Größe #1"], ids=["percent", "space", "others"])
def test_a_project_may_lie_in_any_folder(tmp_path, monkeypatch, name):
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / name))
    small.track_as("exp")
    with runs.live(small.training(), "mnist") as run:
        run.log_picture(np.zeros((6, 4, 3), np.uint8), 10)
    assert (tmp_path / name / "mlflow.db").is_file()
    assert list((tmp_path / name / "mlartifacts").rglob("*.png"))
    assert MlflowClient(runs.tracking_uri()).list_artifacts(run.run_id, "images")


def test_what_was_logged_follows_a_project_that_is_moved(tmp_path, monkeypatch, capsys):
    ids = []
    for folder in ("first", "moved"):
        (tmp_path / "first").rename(tmp_path / folder) if ids else (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        monkeypatch.setenv("DVC_ROOT", str(tmp_path / folder))
        small.track_as("exp")
        with runs.live(small.training(seed=len(ids)), "mnist") as run:
            run.log_picture(np.zeros((6, 4, 3), np.uint8), 10)
        client = MlflowClient(runs.tracking_uri())
        ids.append(run.run_id)
        for run_id in ids:
            assert client.list_artifacts(run_id, "images")
            assert client.get_run(run_id).info.artifact_uri.startswith((tmp_path / folder / "mlartifacts").as_uri())
    assert not (tmp_path / "first").exists()
    assert capsys.readouterr().out.count("the project was moved") == 1


def test_processes_may_open_a_fresh_store_at_once(repository):
    code = "from digitforge.tracking.runs import Store; Store('exp')"
    processes = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        _, error = process.communicate()
        assert process.returncode == 0, error.decode()
    assert len(MlflowClient(runs.tracking_uri()).search_experiments(filter_string="name = 'exp'")) == 1


def test_a_real_server(repository, mlflow_server):
    with runs.live(small.training(), "mnist") as run:
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
