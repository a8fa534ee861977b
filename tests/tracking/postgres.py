"""A PostgreSQL server in a temporary folder, on 127.0.0.1."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port

PASSWORD = "geheim"
QUICK = ["fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=30"]


def programs():
    """The folder of `initdb` and `pg_ctl`, or None. Debian keeps it off the PATH."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


@contextmanager
def postgres():
    """Run a fresh server until the block ends -> the address of its database."""
    # PostgreSQL refuses to run as root. Debian's package made a user for it, who can't look into pytest's folders.
    unprivileged = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    folder, port, at = Path(tempfile.mkdtemp(prefix="postgres-")), free_port(), programs()
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    for path in (folder, secret) if unprivileged else ():
        shutil.chown(path, "postgres", "postgres")

    def run(program, *arguments):
        command = [at / program, "--pgdata", data, *arguments]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **unprivileged)
        assert done.returncode == 0, done.stderr.decode()

    settings = [*QUICK, f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    try:
        run("initdb", "--username=mlflow", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8")
        run("pg_ctl", "--wait", f"--log={folder / 'log'}", "-o", " ".join(f"-c {one}" for one in settings), "start")
        try:
            yield f"postgresql+psycopg://mlflow:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)
