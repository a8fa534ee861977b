"""Stages on a cluster of Ray's: each is a task, which works in a clone of the commit on its node.

Results travel through the project's DVC remote. What DVC keeps in git, metrics and dvc.lock, comes back with the task.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

from dvc.repo import Repo
from dvc.utils.serialize import modify_yaml
from ruamel.yaml import YAML

from digitforge import files
from digitforge.errors import UserError
from digitforge.runner import said, task
from digitforge.runner.graph import Graph
from digitforge.runner.jobs import Job
from digitforge.runner.machine import CORES, ON_GPU, demand
from digitforge.settings.seeds import kind
from digitforge.wording import redacted

LOCK = Path("dvc.lock")
RETRIES = 3  # of a stage whose node is lost
ANSWER_SECONDS = 5.0
ASK_EVERY_SECONDS = 2.0  # what stages say
SECONDS = "ray.json"  # in .scratch: {stage: {step: seconds}}, of the last run
# Variables that a stage on a node gets, as they are here.
PASSED = ("DIGITFORGE_", "MLFLOW_", "AWS_", "AZURE_", "GOOGLE_", "TF_")


class Cluster:
    """Where stages run as tasks of Ray's.

    ray: of `connected`. repo: whose graph of all stages is `graph`. config: of `config_of`. commit, bundle: of
    `snapshot.bundled`. gpu_share: how much of a GPU a stage gets that computes networks, where the cluster has any.
    """

    def __init__(
        self, ray: ModuleType, repo: Repo, graph: Graph, config: str, commit: str, bundle: bytes, gpu_share: float
    ) -> None:
        self.ray, self.graph, self.config, self.commit, self.gpu_share = ray, graph, config, commit, gpu_share
        self.kept = {stage.name: [str(out) for out in stage.outs if not out.use_cache] for stage in repo.index.stages}
        self.bundle = self.ray.put(bundle)
        self.board = self.ray.remote(num_cpus=0, max_restarts=-1)(task.Board).remote()  # its node may be lost
        found = [node["Resources"].get("CPU", 0) for node in self.ray.nodes() if node["Alive"]]
        self.cores = min(CORES, max(found))
        self.jobs = sum(int(cpus // self.cores) for cpus in found)
        self.has_gpus = self.ray.cluster_resources().get("GPU", 0) > 0
        self.heard: dict[str, str] = {}
        self.asked, self.asks_again = None, 0.0
        self.seconds: dict[str, dict[str, float]] = {}

    def start(self, stage: str, gpu: str | None) -> Job:
        """Run a stage on some node."""
        reads = sorted(self.graph.predecessors(stage))
        kept = [Path(path) for name in reads for path in self.kept[name]]
        order = task.Order(
            commit=self.commit,
            stage=stage,
            lock=LOCK.read_text(encoding="utf-8"),
            config=self.config,
            reads=reads,
            kept={str(path): path.read_bytes() for path in kept},
            writes=self.kept[stage],
            environment={name: value for name, value in os.environ.items() if name.startswith(PASSED)},
        )
        gpus = self.gpu_share if self.has_gpus and kind(stage) in ON_GPU else 0
        remote = self.ray.remote(num_cpus=self.cores, num_gpus=gpus, max_retries=RETRIES)(task.on_node)
        return Task(stage, remote.remote(order, self.bundle, self.board), self)

    def newest(self, stage: str) -> str:
        """What a stage said last. Every two seconds all nodes are asked, and nothing waits for their answer."""
        if self.asked is None and time.monotonic() > self.asks_again:
            self.asked = self.board.newest.remote()
        if self.asked is not None and self.ray.wait([self.asked], timeout=0)[0]:
            with suppress(self.ray.exceptions.RayError):  # while the board moves to another node
                self.heard = self.ray.get(self.asked)
            self.asked, self.asks_again = None, time.monotonic() + ASK_EVERY_SECONDS
        return self.heard.get(stage, "")

    def end(self, running: Sequence[Job]) -> None:
        """Have tasks end, and keep what those cost that did by themselves."""
        for job in running:
            if isinstance(job, Task):
                self.ray.cancel(job.reference, force=True)
        if self.seconds:
            files.write_json(files.scratch() / SECONDS, self.seconds)

    def overhead(self) -> str:
        """The seconds that a stage took on a cluster beside those of its own, in a line: medians over all stages."""
        beside = [{**steps, "waiting": task.left_over(steps)} for steps in self.seconds.values()]
        parts = [
            f"{name} {median(steps[name] for steps in beside):.1f}" for name in ("clone", "pull", "push", "waiting")
        ]
        return f"on the cluster: {len(beside)} stages; seconds of each beside its own, medians: {', '.join(parts)}"


class Task(Job):
    """A stage on some node."""

    def __init__(self, name: str, reference: Any, cluster: Cluster) -> None:
        super().__init__(name)
        self.reference, self.cluster = reference, cluster
        self.wrong: str | None = None

    def ended(self) -> bool:
        if not self.cluster.ray.wait([self.reference], timeout=0)[0]:
            return False
        try:
            result = self.cluster.ray.get(self.reference)
            take(self.name, result)
            whole = result.said
            self.cluster.seconds[self.name] = {**result.seconds, "wall": self.seconds}
        except Exception as error:  # of the stage, of its node, or of Ray
            cause = getattr(error, "cause", None) or error
            whole = str(cause)
            self.wrong = said.failure(whole) or type(cause).__name__
        files.write_text(self.log, whole)
        return True

    def failure(self) -> str | None:
        return self.wrong

    def newest(self) -> str:
        return self.cluster.newest(self.name)


def take(stage: str, result: task.Result) -> None:
    """Take over what a stage wrote that DVC keeps in git: its files, and its entry in dvc.lock."""
    for path, content in result.written.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    entry = YAML(typ="safe").load(result.lock)["stages"][stage]
    with modify_yaml(LOCK) as lock:
        lock["stages"][stage] = entry


def config_of(repo: Repo) -> str:
    """What a clone's .dvc/config.local must say so that it finds the default remote; raises UserError without one."""
    name = repo.config["core"].get("remote")
    if not name:
        raise UserError(
            ".dvc/config: received no default remote; accepted: `dvc remote add -d NAME URL`, a place for all nodes"
        )
    lines = [f"{key} = {value}" for key, value in repo.config["remote"][name].items()]
    return "\n".join(["[core]", f"remote = {name}", f"['remote \"{name}\"']", *lines, ""])


def reachable(address: str) -> None:
    """Raise UserError unless something answers at HOST:PORT or ray://HOST:PORT; Ray itself would try for a minute."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:  # auto, or a name that Ray knows
        return
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise UserError(f"--address: received {redacted(address)}; nothing answers there: {error}") from None


@contextmanager
def connected(address: str) -> Iterator[ModuleType]:
    """Ray, connected to the cluster at an address for a while; raises UserError where there is none."""
    demand("--address", "ray")
    reachable(address)
    import ray

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}  # Ray sets its own
    ray.cloudpickle.register_pickle_by_value(task)  # nodes need not have the project
    try:
        ray.init(address, log_to_driver=False, logging_level="CRITICAL", namespace="digitforge")
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"--address: received {redacted(address)}; no cluster answers there: {reason}") from None
    for number, handler in handlers.items():
        signal.signal(number, handler)
    try:
        yield ray
    finally:
        ray.shutdown()
