"""Servers in processes of their own, on 127.0.0.1."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

PATIENCE = 600  # seconds; a busy machine takes long to import what a server needs


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(folder, command, health, **environment):
    """Run `python -m COMMAND --port PORT` until the block ends -> its URL, once `health` answers there."""
    with running(folder, command, health, **environment) as (url, _):
        yield url


@contextmanager
def running(folder, command, health, **environment):
    """As `served` -> URL and process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    whole = [sys.executable, "-m", *command, "--port", str(port)]
    with (folder / f"server-{port}.log").open("w") as log:
        # A session of its own, so that its workers end with it.
        process = subprocess.Popen(whole, stdout=log, stderr=log, start_new_session=True, env=os.environ | environment)
        try:
            wait_for(f"{url}/{health}", process)
            yield url, process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def wait_for(url, process):
    """Wait until a server answers; one that ended is a failure."""
    start = time.monotonic()
    while process.poll() is None and time.monotonic() - start < PATIENCE:
        try:
            with urllib.request.urlopen(url) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError("the server ended, or never answered")
