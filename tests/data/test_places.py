"""Places, and what is obtained from them, against real files and a real HTTP server on 127.0.0.1."""

import gzip
import hashlib
import http.server
import re
import threading
import time
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

from digitforge.data import places, sources
from digitforge.data.idx import FILES, format_idx, parse_idx
from digitforge.data.obtaining import obtain
from digitforge.data.preparation import Preparation
from digitforge.errors import UserError


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """Four small gzipped IDX files; the project's checksums are made to be theirs."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "archive"
    folder.mkdir()
    for name in FILES:
        count = 20 if name.startswith("train") else 10
        array = rng.integers(0, 10, (count, 28, 28) if "images" in name else (count,)).astype(np.uint8)
        (folder / f"{name}.gz").write_bytes(gzip.compress(format_idx(array), mtime=0))
    sums = tuple(hashlib.sha256((folder / f"{name}.gz").read_bytes()).hexdigest() for name in FILES)
    plain = tuple(hashlib.sha256(gzip.decompress((folder / f"{name}.gz").read_bytes())).hexdigest() for name in FILES)
    monkeypatch.setitem(sources.SOURCES, "mnist", replace(sources.SOURCES["mnist"], sha256=sums, unpacked=plain))
    monkeypatch.setattr(places, "RETRIES", 0)
    for name in ("HOME", "KERAS_HOME", "DVC_ROOT"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    monkeypatch.delenv("DIGITFORGE_MNIST", raising=False)
    monkeypatch.chdir(tmp_path / "home")
    return folder


@pytest.fixture
def serve():
    """Serve a folder over HTTP -> base URL."""
    servers = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def start(folder):
        def handler(*args):
            return Quiet(*args, directory=str(folder))

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def fetch(mirrors):
    return places.fetch("mnist", mirrors, Path(".scratch"), Path.cwd())


def test_folder(archive, monkeypatch):
    monkeypatch.setenv("DIGITFORGE_MNIST", str(archive))
    found, failures = fetch([])
    assert parse_idx(found[FILES[0]], "x").shape == (20, 28, 28)
    assert failures == []


def test_a_folder_may_have_the_files_unpacked(archive, monkeypatch):
    packed = places.from_folder(archive, "mnist")
    for name in FILES:
        (archive / name).write_bytes(packed[name])
        (archive / f"{name}.gz").unlink()
    assert places.from_folder(archive, "mnist") == packed
    (archive / FILES[1]).write_bytes(packed[FILES[1]][:-1] + b"x")
    with pytest.raises(places.Unavailable, match=f"{FILES[1]} has the wrong SHA-256"):
        places.from_folder(archive, "mnist")


def test_mirror(archive, serve):
    found, _ = fetch([serve(archive)])
    for name in FILES:
        assert found[name] == gzip.decompress((archive / f"{name}.gz").read_bytes())


def test_a_server_that_stumbles_is_asked_again(archive, serve, monkeypatch):
    monkeypatch.setattr(places, "RETRIES", 1)
    asked = []
    send = http.server.SimpleHTTPRequestHandler.do_GET

    def stumble(handler):
        asked.append(handler.path)
        if len(asked) == 1:
            handler.send_error(503)
        else:
            send(handler)

    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", stumble)
    found, _ = fetch([serve(archive)])
    assert len(found) == 4
    assert asked[:2] == [f"/{FILES[0]}.gz"] * 2


@pytest.fixture
def answer_with(serve, archive, monkeypatch):
    """A mirror that answers every request with these parts of a body, one after the other."""

    def answer(parts):
        def send(handler):
            handler.send_response(200)
            handler.end_headers()
            with suppress(ConnectionError):  # who asked has hung up
                for part in parts():
                    handler.wfile.write(part)

        monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", send)
        return serve(archive)

    return answer


def test_a_mirror_that_hardly_moves_is_left(answer_with, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE_SECONDS", 0.3)

    def drip():
        while True:
            yield b"x"
            time.sleep(0.05)

    _, failures = fetch([answer_with(drip)])
    assert re.search(r"\d bytes came in 0 s, which is too slow", failures[-1])


def test_a_header_that_comes_byte_by_byte_is_left(serve, archive, monkeypatch):
    for name in ("TIMEOUT_SECONDS", "PATIENCE_SECONDS"):
        monkeypatch.setattr(places, name, 0.3)

    def drip(handler):
        with suppress(ConnectionError):
            while True:
                handler.wfile.write(b"H")
                time.sleep(0.05)

    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", drip)
    _, failures = fetch([serve(archive)])
    assert failures[-1].endswith("nothing usable came in 0.6 s")


def test_a_body_without_end_is_left(answer_with, monkeypatch, tmp_path):
    monkeypatch.setattr(places, "MOST_BYTES", 1 << 20)
    _, failures = fetch([answer_with(lambda: repeat(bytes(1 << 16)))])
    assert failures[-1].endswith("more than 1 MB came, and no data set has such a file")
    assert sum(path.stat().st_size for path in Path(".scratch").rglob("*") if path.is_file()) == 0


def test_a_password_is_never_shown(archive, serve, monkeypatch, capsys):
    url = serve(archive).replace("://", "://user:geheim@")
    monkeypatch.setenv("DIGITFORGE_MNIST", url)
    assert len(fetch([])[0]) == 4
    _, failures = places.fetch("kmnist", ["http://user:geheim@127.0.0.1:1/?token=geheim"], Path(".scratch"), Path.cwd())
    assert "geheim" not in capsys.readouterr().out + str(failures)
    assert "http://***@127.0.0.1:1/?token=***" in failures[-1]


def test_what_arrived_whole_is_not_asked_for_again(archive, serve, tmp_path):
    url = serve(archive)
    fetch([url])
    for path in archive.iterdir():
        path.unlink()
    assert len(fetch([url])[0]) == 4


def test_own_url_comes_first(archive, serve, monkeypatch, capsys):
    monkeypatch.setenv("DIGITFORGE_MNIST", serve(archive))
    fetch(["http://127.0.0.1:1/"])
    assert "found at DIGITFORGE_MNIST=" in capsys.readouterr().out


def test_wrong_checksum_goes_on_with_the_next_mirror(archive, serve, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in FILES:
        (broken / f"{name}.gz").write_bytes(b"half a file")
    received = hashlib.sha256(b"half a file").hexdigest()
    found, failures = fetch([serve(broken), serve(archive)])
    assert len(found) == 4
    failure = failures[-1]  # after the caches, which have nothing
    assert f"{FILES[0]}.gz has the wrong SHA-256: expected {sources.SOURCES['mnist'].sha256[0]}" in failure
    assert f"received {received}" in failure


def test_wrong_checksum_in_a_folder_is_the_same_error(archive, monkeypatch):
    (archive / f"{FILES[2]}.gz").write_bytes(b"half a file")
    monkeypatch.setenv("DIGITFORGE_MNIST", str(archive))
    _, failures = fetch([])
    assert "t10k-images-idx3-ubyte.gz has the wrong SHA-256: expected" in failures[0]


def test_caches_of_torchvision_and_keras(archive, tmp_path, monkeypatch):
    cache = tmp_path / "home/data/MNIST/raw"
    cache.parent.mkdir(parents=True)
    archive.rename(cache)
    found, _ = fetch([])
    assert len(found) == 4

    arrays = [parse_idx(found[name], name) for name in FILES]
    keras = tmp_path / "home/datasets/mnist.npz"
    keras.parent.mkdir()
    np.savez(keras, **dict(zip(sources.KERAS_ARRAYS, arrays, strict=True)))
    monkeypatch.setattr(places, "KERAS_MNIST_SHA256", hashlib.sha256(keras.read_bytes()).hexdigest())
    assert places.from_keras_cache(keras) == found


def test_the_root_is_searched_and_the_scratch_folder_kept_apart_for_each_source(archive, serve, tmp_path):
    scratch, root = tmp_path / "scratch", tmp_path / "root"
    assert len(places.fetch("mnist", [serve(archive)], scratch, root)[0]) == 4
    assert {path.parent for path in scratch.rglob("*.gz")} == {scratch / "download/mnist"}
    cache = root / "data/MNIST/raw"
    cache.parent.mkdir(parents=True)
    archive.rename(cache)
    assert len(places.fetch("mnist", [], tmp_path / "other", root)[0]) == 4


def test_the_source_is_obtained_where_a_place_has_it(archive, serve):
    found = obtain("mnist", {"mnist": [serve(archive)]}, "fail", Preparation())
    assert found.name == "mnist"
    assert parse_idx(found.files[FILES[2]], "x").shape == (10, 28, 28)


def test_one_error_lists_every_place_and_the_way_out(archive, serve, tmp_path, monkeypatch):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("DIGITFORGE_MNIST", str(tmp_path / "nowhere"))
    mirrors = [serve(empty), "http://127.0.0.1:1/"]
    with pytest.raises(UserError) as caught:
        obtain("mnist", {"mnist": mirrors}, "fail", Preparation())
    message = str(caught.value)
    assert "\n" not in message
    for part in ("nowhere: no such folder", "Keras's cache", "torchvision's cache", "HTTP 404", "Connection refused"):
        assert part in message
    assert "set DIGITFORGE_MNIST" in message


def test_stand_in_says_so(archive, capsys):
    found = obtain("mnist", {}, "digits", Preparation())
    assert found.name == "digits"
    assert "WARNING: going on with scikit-learn's 1,797 digits instead of mnist" in capsys.readouterr().out
    images, labels = (parse_idx(found.files[file], file) for file in FILES[:2])
    assert images.shape == (1438, 28, 28)
    assert sorted(set(labels.tolist())) == list(range(10))
    # Centred ink on an empty border, as MNIST's digits.
    assert images[:, :4].max() == 0
    assert images[:, 4:24, 4:24].mean() > 30
