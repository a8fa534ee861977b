"""`ray job submit --working-dir . -- digitforge run` on a real cluster, from a folder whose .git Ray leaves out."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from tests.serving import free_port, wait_for

pytest.importorskip("ray", reason="Ray isn't installed: pip install -e '.[scale]'")


@pytest.fixture
def dashboard(pipeline, tmp_path):
    """The URL of a cluster that takes jobs."""
    port = free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--num-cpus", "2"]
    command += ["--port", str(free_port()), "--dashboard-host", "127.0.0.1", "--dashboard-port", str(port)]
    with (
        tempfile.TemporaryDirectory(prefix="ray-") as folder,  # in the system's: Ray's sockets need a short path
        (tmp_path / "ray.log").open("w") as log,
    ):
        environment = pipeline.env | {"TMPDIR": folder, "RAY_TMPDIR": folder, "RAY_USAGE_STATS_ENABLED": "0"}
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=environment)
        try:
            wait_for(f"http://127.0.0.1:{port}/api/version", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


@pytest.mark.long
def test_a_job_of_ray_s_leaves_its_results_in_the_remote(dashboard, pipeline):
    for name in ("go", "mended"):
        (pipeline.root / name).touch()
    ignored = pipeline.root / ".gitignore"
    ignored.write_text(ignored.read_text().replace("/.*\n!/.dvc\n", "/.scratch\n"))  # Ray takes /.* for all of it
    submit = [sys.executable, "-m", "ray.scripts.scripts", "job", "submit", "--address", dashboard]
    submit += ["--working-dir", ".", "--", "digitforge", "run"]
    environment = {name: value for name, value in pipeline.env.items() if not name.startswith("RAY_")}
    said = "No available agent"  # the dashboard answers before the node can take a job
    while "No available agent" in said:
        found = subprocess.run(submit, cwd=pipeline.root, env=environment, capture_output=True, text=True, check=False)
        said = found.stdout + found.stderr
    assert found.returncode == 0, said
    assert "succeeded" in found.stdout
    assert not (pipeline.root / "last").exists()
    for arguments in (["pull", "--run-cache"], ["repro", "--pull"]):
        assert "Traceback" not in pipeline.dvc(*arguments).stderr
    assert (pipeline.root / "last").read_text() == "d\nb"
    assert not (pipeline.root / "waits").read_text().split()[1:]  # what waits ran once, for the job
