"""A new store of MLflow's is there whole, or not at all."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from mlflow import MlflowClient

from digitforge.tracking.founding import cut_short, found


def client(database):
    return MlflowClient(f"sqlite:///{database}")


def test_a_new_store_can_be_used_and_nothing_is_left_beside_it(tmp_path):
    found(tmp_path / "mlflow.db")
    run = client(tmp_path / "mlflow.db").create_run("0")
    found(tmp_path / "mlflow.db")
    assert client(tmp_path / "mlflow.db").get_run(run.info.run_id)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize("seconds", [0.3, 0.6, 1.0])
def test_a_kill_while_it_is_made_leaves_no_store(tmp_path, seconds):
    command = (
        "import sys; from pathlib import Path; from digitforge.tracking.founding import found; print(1, flush=True)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", f"{command}; found(Path(sys.argv[1]))", str(tmp_path / "mlflow.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    found(tmp_path / "mlflow.db")
    assert client(tmp_path / "mlflow.db").search_experiments()
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_store_that_was_cut_short_is_made_anew_and_one_with_runs_is_left_alone(tmp_path):
    path = tmp_path / "mlflow.db"
    found(path)
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("CREATE TABLE _alembic_tmp_endpoints (endpoint_id VARCHAR(36))")
    assert cut_short(path)
    found(path)
    assert not cut_short(path)
    client(path).create_run("0")
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("CREATE TABLE _alembic_tmp_endpoints (endpoint_id VARCHAR(36))")
    found(path)
    assert len(client(path).search_runs(["0"])) == 1
