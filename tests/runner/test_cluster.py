"""`digitforge run --address` on a real cluster of Ray's: a head without cores, and two nodes of one core each."""

import shutil
import tempfile
import time

import psutil
import pytest

cluster_utils = pytest.importorskip("ray.cluster_utils", reason="Ray isn't installed: pip install -e '.[scale]'")


@pytest.fixture(scope="module")
def cluster():
    folder = tempfile.mkdtemp(prefix="ray-")  # in the system's: Ray's sockets need a short path
    with pytest.MonkeyPatch.context() as patch:  # workers inherit it
        patch.setenv("TMPDIR", folder)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        quickly = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}  # a lost node is told in 2 s
        head = {"num_cpus": 0, "_system_config": quickly}
        made = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
        nodes = [made.add_node(num_cpus=1) for _ in range(2)]
    made.wait_for_nodes()
    yield made, nodes
    made.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


def node_of(pid, nodes):
    """The node on which a process runs."""
    above = {process.pid for process in psutil.Process(pid).parents()}
    return next(node for node in nodes if above & {info.process.pid for info in all_processes(node)})


def all_processes(node):
    return [info for infos in node.all_processes.values() for info in infos]


def test_stages_run_on_nodes_and_a_lost_nodes_stage_runs_on_another(cluster, pipeline):
    made, nodes = cluster
    (pipeline.root / "mended").touch()
    process = pipeline.start("--address", made.address)
    waits = pipeline.root / "waits"
    while not waits.exists() or not waits.read_text():
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    lost = node_of(int(waits.read_text()), nodes)
    made.remove_node(lost, allow_graceful=False)
    nodes.remove(lost)
    nodes.append(made.add_node(num_cpus=1))
    while len(waits.read_text().split()) < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    (pipeline.root / "go").touch()
    said = process.communicate()[0]
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert (pipeline.root / "after").read_text() == "bad\nb"
    assert (pipeline.root / "reports/a.json").read_text() == "{}\n"
    assert "up to date" in pipeline.changed()
    code, said = pipeline.run("--address", made.address)
    assert (code, "to run" in said) == (0, False)


@pytest.mark.long
def test_a_stage_that_fails_is_told_and_the_rest_is_taken_over_by_the_next_run(cluster, pipeline):
    made, _ = cluster
    (pipeline.root / "go").touch()
    code, said = pipeline.run("--address", made.address)
    assert code == 1
    assert "error: bad: a is no b; " in said
    assert "left out, as they need these: after\n" in said
    (pipeline.root / "mended").touch()
    (pipeline.root / "last").unlink(missing_ok=True)  # as on another head
    code, said = pipeline.run("--address", made.address)
    assert (code, "2 stages to run" in said) == (0, True), said
    assert (pipeline.root / "last").read_text() == "d\nb"


@pytest.mark.long
def test_what_is_not_committed_is_refused_or_taken_along(cluster, pipeline):
    made, _ = cluster
    for name in ("go", "mended"):
        (pipeline.root / name).touch()
    (pipeline.root / "wait.py").write_text("from pathlib import Path\nPath('b').write_text('changed')\n")
    (pipeline.root / "new.txt").write_text("new")
    code, said = pipeline.run("--address", made.address)
    expected = "not committed: wait.py, new.txt; accepted: a commit of them, or --dirty, which takes them as they are"
    assert (code, said) == (2, f"error: {expected}\n")
    code, said = pipeline.run("--address", made.address, "--dirty")
    assert code == 0, said
    assert (pipeline.root / "last").read_text() == "d\nchanged"


@pytest.mark.parametrize(("options", "expected"), [
    (["--address", "127.0.0.1:1"], "--address: received 127.0.0.1:1; nothing answers there: "),
    (["--address", "auto", "--jobs", "2"], "--jobs: received 2 beside the cluster at auto; accepted: one of both"),
    (["--address", "auto", "--gpu-share", "2"], "--gpu-share: received 2.0; accepted: above 0, and at most 1"),
])  # fmt: skip
def test_a_mistake_is_one_line(pipeline, options, expected):
    code, said = pipeline.run(*options)
    assert code == 2
    assert f"error: {expected}" in said
    assert "Traceback" not in said
    assert "Running stage" not in said


def test_without_a_remote_nothing_is_begun(cluster, pipeline):
    (pipeline.root / ".dvc/config").write_text("")
    code, said = pipeline.run("--address", cluster[0].address, "--dirty")
    assert code == 2
    assert "error: .dvc/config: received no default remote" in said
    assert "Running stage" not in said
