"""Failing MLflow: a training's result is the same, one warning tells of it, and a later `track` completes its run."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mlflow import MlflowClient

from tests.soak.base import Base, Copy, dvc
from tests.soak.downloads import Mirror
from tests.soak.outcome import Outcome, Progress

SURVIVAL = (
    "the training's result is the same and one line warns of MLflow; a later `track` says that all runs are complete, "
    "with one run for each training and no model half-registered"
)
WARNING = re.compile(r"^WARNING: MLflow at .*$", re.MULTILINE)


def answering(content: bytes) -> Callable[[socket.socket, str], None]:
    return lambda connection, path: connection.sendall(content)


def garbage(connection: socket.socket, path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + b"<html>this is no MLflow</html>")


def silent(connection: socket.socket, path: str) -> None:
    time.sleep(600)


def midway(connection: socket.socket, path: str) -> None:
    """Healthy, and gone for all else."""
    if "health" in path:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
    else:
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n{"experiment"')


SERVERS: dict[str, Callable[[socket.socket, str], None] | None] = {
    "refuses": None,
    "is silent": silent,
    "answers garbage": garbage,
    "answers 500": answering(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"),
    "answers 401": answering(b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno"),
    "hangs up": lambda connection, path: None,
    "dies midway": midway,
}


@contextmanager
def server(answer: Callable[[socket.socket, str], None] | None) -> Iterator[str]:
    """A server that misbehaves -> its address; none at all for None."""
    if answer is None:
        yield "http://127.0.0.1:1"
        return
    mirror = Mirror(answer)
    try:
        yield mirror.url.rstrip("/")
    finally:
        mirror.close()


def training(copy: Copy, rng: random.Random) -> str:
    """A stage that trains."""
    return rng.choice([name for name in copy.base.stages if re.match("train@|verifier@|leave_one_out@", name)])


def trained(copy: Copy, name: str, **environment: str) -> str | None:
    """Train -> what is wrong with what was said, or with the result."""
    copy.forget_runs()
    ended = copy.call(*dvc("repro", "-f", "-s", name), **environment)
    if ended.returncode or "Traceback" in ended.stdout:
        return f"ended with {ended.returncode}: {ended.stdout[-600:]}"
    warnings = WARNING.findall(ended.stdout)
    return None if len(warnings) == 1 else f"{len(warnings)} warnings: {ended.stdout[-600:]}"


def completed(copy: Copy) -> str | None:
    """Run `track` with the project's own store -> what is wrong."""
    ended = copy.call(*dvc("repro", "-f", "-s", "track"))
    if ended.returncode or "Traceback" in ended.stdout or not re.search(r"track: \d+ runs complete", ended.stdout):
        return f"`track` ended with {ended.returncode}: {ended.stdout[-600:]}"
    return copy.mended() or wrong_store(copy)


def wrong_store(copy: Copy) -> str | None:
    """What is wrong with the runs and models of a project."""
    client = MlflowClient(copy.store)
    experiment = client.get_experiment_by_name("small")
    expected = sorted(json.loads((copy.root / "artifacts/tracked.json").read_text())["runs"])
    names = {}
    for run in client.search_runs([experiment.experiment_id]):
        if "study" not in run.data.tags:
            names.setdefault(run.info.run_name, []).append(run.info.status)
    lacking = [name for name in expected if "FINISHED" not in names.get(name, [])]
    unfinished = {name: found for name, found in names.items() if set(found) - {"FINISHED", "FAILED"}}
    pending = [
        model.name for model in client.search_logged_models([experiment.experiment_id]) if model.status != "READY"
    ]
    wrong = {"no finished run": lacking, "unfinished": unfinished, "models half-registered": pending}
    return "; ".join(f"{what}: {found}" for what, found in wrong.items() if found) or None


def with_server(way: str) -> Callable[[Copy, random.Random], str | None]:
    def act(copy: Copy, rng: random.Random) -> str | None:
        with server(SERVERS[way]) as address:
            wrong = trained(copy, training(copy, rng), MLFLOW_TRACKING_URI=address)
        return wrong or completed(copy)

    return act


def garbage_database(copy: Copy, rng: random.Random) -> str | None:
    (copy.root / "mlflow.db").write_bytes(b"no database" * 100)
    wrong = trained(copy, training(copy, rng))
    (copy.root / "mlflow.db").unlink()
    return wrong or completed(copy)


def no_database(copy: Copy, rng: random.Random) -> str | None:
    """A folder in its place: as root, no file is read-only."""
    (copy.root / "mlflow.db").unlink()
    (copy.root / "mlflow.db").mkdir()
    wrong = trained(copy, training(copy, rng))
    (copy.root / "mlflow.db").rmdir()
    return wrong or completed(copy)


def empty_store(copy: Copy) -> None:
    for name in ("mlflow.db", "mlartifacts"):
        place = copy.root / name
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def tracker(copy: Copy, **how: Any) -> subprocess.Popen:
    """A `track` of an empty store, in the background."""
    environment = copy.env | {"DVC_ROOT": str(copy.root)}
    return subprocess.Popen(copy.stage("track"), cwd=copy.root, env=environment, **how)


def two_at_once(copy: Copy, rng: random.Random) -> str | None:
    """Two `track` of an empty store."""
    empty_store(copy)
    both = [tracker(copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    for process in both:
        said, _ = process.communicate()
        if process.returncode or "Traceback" in said or "runs complete" not in said:
            return f"ended with {process.returncode}: {said[-600:]}"
    client = MlflowClient(copy.store)
    experiment = client.get_experiment_by_name("small")
    names = [run.info.run_name for run in client.search_runs([experiment.experiment_id])]
    return f"runs twice: {sorted(names)}" if len(names) != len(set(names)) else completed(copy)


def killed(copy: Copy, rng: random.Random) -> str | None:
    """A `track` of an empty store that is killed at some moment."""
    empty_store(copy)
    process = tracker(copy, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(rng.random() * copy.base.seconds["track"])
    number = rng.choice([signal.SIGKILL, signal.SIGTERM])
    os.killpg(process.pid, number)
    process.wait()
    return completed(copy)


FAULTS: dict[str, Callable[[Copy, random.Random], str | None]] = {
    **{f"a server that {way}": with_server(way) for way in SERVERS},
    "mlflow.db of garbage": garbage_database,
    "mlflow.db that can't be opened": no_database,
    "two `track` at once": two_at_once,
    "a kill in `track`": killed,
    "another kill in `track`": killed,
    "a third kill in `track`": killed,
    "a silent server that is asked again": with_server("is silent"),
    "a server that dies midway, again": with_server("dies midway"),
}


def run(count: int, start: int, base: Base) -> Outcome:
    """Each fault in turn."""
    outcome = Outcome("tracking", SURVIVAL)
    progress = Progress(outcome.name, count)
    for i in range(count):
        rng = random.Random(f"{start}-tracking-{i}")
        name = [*FAULTS][i % len(FAULTS)]
        copy = base.copy(base.root.parent / "tracking/project")
        outcome.inject(f"tracking {i} of seed {start} ({name})", FAULTS[name], copy, rng)
        progress.step()
    return outcome
