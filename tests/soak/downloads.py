"""Misbehaving mirrors: each is left in bounded time with one line, and the next one serves."""

import gzip
import hashlib
import http.server
import random
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitforge.data import places, sources
from digitforge.data.idx import FILES, format_idx
from tests.soak.outcome import Outcome, Progress, one_line

SURVIVAL = "one line says why the mirror was left, within 30 s; the next one serves; no wrong byte is kept"
SECONDS = 30
OK = b"HTTP/1.1 200 OK\r\n"
SOUND = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


class Mirror:
    """A server that answers every request with what `answer` sends."""

    def __init__(self, answer: Callable[[socket.socket, str], None]) -> None:
        self.answer = answer
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/"
        self.taken: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                self.taken.append(connection)
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            asked = connection.recv(65536).decode("latin-1")
            self.answer(connection, asked.split(" ")[1] if " " in asked else "/")
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def close(self) -> None:
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for connection in self.taken:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


def answers(archive: Path, rng: random.Random) -> dict[str, Callable[[socket.socket, str], None]]:
    """Ways to misbehave."""
    status = rng.choice([201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 504, 599, 700])
    share, repeated = rng.random(), rng.choice([b"x", b"\0" * 1000, b"HTTP/1.1 200 OK\r\n\r\n"])

    def content(path: str) -> bytes:
        file = archive / Path(path).name
        return file.read_bytes() if file.is_file() else b""

    def whole(body: Callable[[bytes], bytes], length: Callable[[int], int] = int, head: bytes = SOUND) -> Any:
        def send(connection: socket.socket, path: str) -> None:
            sound = content(path)
            made = body(sound)
            connection.sendall((head % length(len(made)) if b"%d" in head else head) + made)

        return send

    def forever(part: bytes, pause: float) -> Any:
        def send(connection: socket.socket, path: str) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(part)
                time.sleep(pause)

        return send

    def silent(connection: socket.socket, path: str) -> None:
        time.sleep(60)

    def reset(connection: socket.socket, path: str) -> None:
        connection.sendall(SOUND % 10_000 + b"abc")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def changed(sound: bytes) -> bytes:
        made = bytearray(sound)
        for _ in range(3):
            made[rng.randrange(len(made))] ^= 0xFF
        return bytes(made)

    def headers(connection: socket.socket, path: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-More: yes\r\n" * rng.choice([50, 5_000]) + b"\r\n")

    redirect = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
    of_status = f"HTTP/1.1 {status} So\r\n".encode()
    return {
        f"status {status}": whole(lambda sound: b"no", head=of_status + b"Content-Length: %d\r\n\r\n"),
        "cut short": whole(lambda sound: sound[: int(share * len(sound))], length=lambda n: n + 1_000),
        "cut short, says nothing": whole(lambda sound: sound[: int(share * len(sound))], head=OK + b"\r\n"),
        "changed bytes": whole(changed),
        "another file": whole(lambda sound: b"<html>please log in</html>"),
        "empty": whole(lambda sound: b""),
        "length too small": whole(lambda sound: sound, length=lambda n: n // 2),
        "length garbage": whole(lambda sound: sound, head=b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
        "length negative": whole(lambda sound: sound, head=b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        "length huge": whole(lambda sound: sound, head=OK + b"Content-Length: 99999999999999999999\r\n\r\n"),
        "two lengths": whole(lambda sound: sound, head=OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n"),
        "drip": forever(b"x", 0.05),
        "endless": forever(bytes(1 << 16), 0),
        "silent": silent,
        "reset": reset,
        "hangs up": lambda connection, path: None,
        "redirects in a circle": lambda c, path: c.sendall(redirect % path.encode()),
        "redirects to nowhere": lambda c, path: c.sendall(redirect % b"http://127.0.0.1:1/x"),
        "redirects to a file": lambda c, path: c.sendall(redirect % b"file:///etc/passwd"),
        "redirects to garbage": lambda c, path: c.sendall(redirect % b"http://[::bad/\xff"),
        "no HTTP": lambda c, path: c.sendall(b"220 ftp ready\r\n" * 20),
        "garbage": lambda c, path: c.sendall(bytes(rng.randrange(256) for _ in range(5_000))),
        "headers without end": lambda c, path: [c.sendall(b"X: " + repeated + b"\r\n") for _ in iter(int, 1)],
        "drips its headers": lambda c, path: [(c.sendall(b"X"), time.sleep(0.1)) for _ in iter(int, 1)],
        "many headers": headers,
        "drips the size of a chunk": lambda c, path: [
            c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            *((c.sendall(b"0"), time.sleep(0.1)) for _ in iter(int, 1)),
        ],
        "chunks of garbage": whole(lambda s: b"zz\r\nabc\r\n", head=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        "half a chunk": whole(lambda s: b"ff\r\nabc", head=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        "packed twice": whole(lambda s: gzip.compress(s), head=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"),
        "says it is packed": whole(lambda s: s[9:], head=b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n"),
        "a status of letters": lambda c, path: c.sendall(b"HTTP/1.1 abc OK\r\n\r\n"),
    }  # fmt: skip


@contextmanager
def surroundings(folder: Path) -> Iterator[tuple[Path, str]]:
    """Small files with the project's checksums made theirs, and a sound mirror -> the files' folder, its URL."""
    rng, archive = np.random.default_rng(0), folder / "archive"
    archive.mkdir()
    for name in FILES:
        shape = (200, 28, 28) if "images" in name else (200,)
        packed = gzip.compress(format_idx(rng.integers(0, 10, shape).astype(np.uint8)), mtime=0)
        (archive / f"{name}.gz").write_bytes(packed)
    sums = tuple(hashlib.sha256((archive / f"{name}.gz").read_bytes()).hexdigest() for name in FILES)
    (folder / "home").mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(archive))

    with pytest.MonkeyPatch.context() as patch, chdir(folder / "home"):
        patch.setitem(sources.SOURCES, "mnist", replace(sources.SOURCES["mnist"], sha256=sums, unpacked=()))
        for name, value in (("RETRIES", 0), ("TIMEOUT_SECONDS", 2), ("PATIENCE_SECONDS", 2), ("MOST_BYTES", 4 << 20)):
            patch.setattr(places, name, value)  # what takes a minute for real takes seconds
        for name in ("HOME", "KERAS_HOME", "DVC_ROOT"):
            patch.setenv(name, str(folder / "home"))
        for name in ("DIGITFORGE_MNIST", "http_proxy", "HTTP_PROXY"):
            patch.delenv(name, raising=False)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield archive, f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()


def wrong_of(mirror: Mirror, sound: str, archive: Path, scratch: Path) -> str | None:
    """Ask the mirror, then the sound one -> what is wrong."""
    began, said = time.monotonic(), StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        found, failures = places.fetch("mnist", [mirror.url, sound], scratch, scratch)
    seconds = time.monotonic() - began
    if set(found) != set(FILES) or any(
        found[name] != gzip.decompress((archive / f"{name}.gz").read_bytes()) for name in FILES
    ):
        return "other bytes were taken for good"
    of_mirror = [line for line in failures if mirror.url.rstrip("/") in line]
    if len(of_mirror) > 1:
        return f"{len(of_mirror)} reasons: {failures}"
    kept = {path.name for path in scratch.rglob("*") if path.is_file()}
    if kept != {f"{name}.gz" for name in FILES}:
        return f"kept {kept}"
    # none: it served the right bytes after all
    return one_line("".join(of_mirror)) or (f"took {seconds:.0f} s" if seconds > SECONDS else None)


def run(count: int, start: int, workplace: Any = None) -> Outcome:
    """Each way to misbehave in turn."""
    outcome = Outcome("downloads", SURVIVAL)
    progress = Progress(outcome.name, count)
    with tempfile.TemporaryDirectory() as folder, surroundings(Path(folder)) as (archive, sound):
        for i in range(count):
            ways = answers(archive, random.Random(f"{start}-downloads-{i}"))
            way = [*ways][i % len(ways)]
            mirror = Mirror(ways[way])
            scratch = Path(folder) / f"scratch-{i}"
            scratch.mkdir()
            outcome.inject(f"download {i} of seed {start} ({way})", wrong_of, mirror, sound, archive, scratch)
            mirror.close()
            progress.step()
    return outcome
