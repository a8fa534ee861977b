"""docs/servers.md and compose.yaml, with a real DVC repository, MLflow server, PostgreSQL, and moto for S3."""

import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import numpy as np
import psycopg
import pytest
from compose_spec import PyOptions
from mlflow import MlflowClient
from PIL import Image
from ruamel.yaml import YAML

from digitforge.tracking import registry, runs
from tests import small
from tests.serving import served
from tests.tracking.postgres import postgres, programs

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
SERVICES = YAML(typ="safe").load(COMPOSE)["services"]
PAGE = (ROOT / "docs/servers.md").read_text()
PICTURE = np.full((6, 4, 3), 7, np.uint8)
KEYS = {"AWS_ACCESS_KEY_ID": "ada", "AWS_SECRET_ACCESS_KEY": "geheim", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """What a client of an S3 store needs in its environment; the bucket is there, made as compose.yaml makes it."""
    folder = tmp_path_factory.mktemp("store")
    with served(folder, ["moto.server", "-H", "127.0.0.1"], "moto-api/") as url:
        environment = KEYS | {"MLFLOW_S3_ENDPOINT_URL": url}
        _, *arguments = SERVICES["bucket"]["command"]
        for _ in range(2):  # it may start again
            subprocess.run([sys.executable, *arguments], env=os.environ | environment, check=True)
        yield environment


@pytest.fixture(scope="module")
def database():
    """The address of a PostgreSQL database."""
    if programs() is None:
        pytest.skip("no PostgreSQL here: `apt-get install postgresql`")
    with postgres() as address:
        yield address


@pytest.fixture(scope="module")
def server(tmp_path_factory, store, database):
    """The URL of compose.yaml's MLflow server."""
    described = SERVICES["mlflow"]["environment"]
    environment = described | store | {"MLFLOW_BACKEND_STORE_URI": database}
    with served(
        tmp_path_factory.mktemp("mlflow"), ["mlflow", "server", "--workers", "1"], "health", **environment
    ) as url:
        yield url


@pytest.fixture
def tracked(repository, server, monkeypatch):
    """A client of the server, which the pipeline tracks to. It knows neither the database nor the bucket."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    small.track_as("exp")
    return MlflowClient(server)


def objects(store, prefix):
    """The names of what lies in the bucket."""
    client = boto3.client(
        "s3",
        endpoint_url=store["MLFLOW_S3_ENDPOINT_URL"],
        aws_access_key_id=store["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=store["AWS_SECRET_ACCESS_KEY"],
        region_name=store["AWS_DEFAULT_REGION"],
    )
    return [found["Key"] for found in client.list_objects_v2(Bucket="digitforge", Prefix=prefix).get("Contents", [])]


def test_a_run_is_in_postgresql_and_its_picture_in_the_bucket(tracked, store, database):
    with runs.live(small.training(), "mnist") as run:
        run.log_row({"step": 10, "loss": 98.0})
        run.log_picture(PICTURE, 10)
    found = tracked.get_run(run.run_id)
    assert (found.info.status, found.data.metrics["loss"]) == ("FINISHED", 98)
    [picture] = [file.path for file in tracked.list_artifacts(run.run_id, "images") if file.path.endswith(".png")]
    with Image.open(tracked.download_artifacts(run.run_id, picture)) as image:
        assert np.array_equal(np.asarray(image), PICTURE)
    assert any(name.endswith(picture) for name in objects(store, "mlflow/"))
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT status FROM runs WHERE run_uuid = %s", [run.run_id]).fetchall()
    assert rows == [("FINISHED",)]


def test_a_registered_model_and_its_champion(tracked, store, repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    (folder / "weights").write_bytes(b"weights")
    opened = runs.Store("exp")
    run_id = tracked.create_run(opened.experiment_id).info.run_id
    entry = registry.Entry("tiny", "c1", "Tiny", {"family": "vae"}, np.zeros((28, 28, 1), np.uint8))
    assert registry.Registry(opened).add(entry, run_id, folder) == "1"
    again = registry.Registry(opened)
    assert again.version("tiny", "c1") == "1"
    again.crown({"tiny": "1"})
    version = tracked.get_model_version_by_alias("digitforge-tiny", registry.CHAMPION)
    assert (str(version.version), version.run_id) == ("1", run_id)
    assert any(name.endswith("/weights") for name in objects(store, "mlflow/"))


def console(containing):
    """The commands of the block of docs/servers.md that contains this."""
    [block] = [block for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) if containing in block]
    return [line.split("    #")[0].strip() for line in block.splitlines()]


def test_dvc_pushes_and_pulls_as_the_page_says(store, tmp_path):
    identity = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@localhost"}
    identity |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in identity.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | store | identity | {"PATH": path, "HOME": str(tmp_path)}

    def run(folder, *commands):
        script = "\n".join(("set -e", *commands)).replace("http://127.0.0.1:7070", store["MLFLOW_S3_ENDPOINT_URL"])
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    (here / "result.bin").write_bytes(bytes(range(256)))
    run(here, "git init --quiet", "dvc init --quiet", "dvc add --quiet result.bin", "git add .", "git commit -qm first")
    install, *remote = console("dvc remote add")
    assert install == 'pip install -e ".[servers]"'
    run(here, *remote, "dvc push")
    assert objects(store, "dvc/files/md5/")
    run(tmp_path, "git clone --quiet here there")
    run(there, "dvc pull")
    assert (there / "result.bin").read_bytes() == bytes(range(256))
    assert "geheim" not in (there / ".dvc/config").read_text()


def test_compose_follows_its_specification():
    specification = PyOptions(apply_merge=True)
    specification.from_yaml(COMPOSE).validate()
    with pytest.raises(ValueError, match="imagine"):
        specification.from_yaml(COMPOSE.replace("image: postgres", "imagine: postgres"))


def test_compose_opens_no_port_to_others_and_holds_no_password():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert not any(service.get("network_mode") == "host" for service in SERVICES.values())
    secrets = re.findall(r"^ *[A-Z_]*(?:PASSWORD|SECRET_KEY|SECRET_ACCESS_KEY|STORE_URI): .*$", COMPOSE, re.MULTILINE)
    assert len(secrets) == 4
    assert all(re.search(r"\$\{[A-Z_]+:\?[^}]+\}", line) for line in secrets)
    for name in re.findall(r"\$\{([A-Z_]+)", COMPOSE):
        assert f'echo "{name}=' in PAGE
