"""Places to get a data set from: the user's folder or URL, local caches, mirrors, scikit-learn's digits."""

import gzip
import hashlib
import io
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import BinaryIO

import numpy as np
import pooch
import requests
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from digitforge.data.idx import FILES, format_idx, parse_idx
from digitforge.data.sources import KERAS_ARRAYS, KERAS_MNIST_SHA256, SOURCES
from digitforge.wording import redacted

IdxFiles = dict[str, bytes]
RETRIES = 2  # pooch waits 1 s, then 2 s, between tries
TIMEOUT_SECONDS = 20  # until an answer begins, and between its parts
MOST_BYTES = 64 << 20  # of a file: the largest one has 26 MB
PATIENCE_SECONDS, SLOWEST = 30, 2_000  # after so long, an answer must have brought so many bytes a second


class Unavailable(Exception):
    """A place that can't serve a data set, with the reason."""


def check_sha256(content: bytes, expected: str, name: str) -> None:
    """Raise Unavailable with both sums when they differ."""
    received = hashlib.sha256(content).hexdigest()
    if received != expected:
        raise Unavailable(f"{name} has the wrong SHA-256: expected {expected}, received {received}")


def from_folder(folder: Path, source: str) -> IdxFiles:
    """Read the four NAME.gz from a folder, or NAME where its sum is known unpacked, checking every sum."""
    if not folder.is_dir():
        raise Unavailable("no such folder")
    unpacked = {}
    of_source = SOURCES[source]
    for i, (name, file, expected) in enumerate(zip(FILES, of_source.files, of_source.sha256, strict=True)):
        path, plain = folder / f"{file}.gz", folder / file
        if of_source.unpacked and plain.is_file() and not path.is_file():
            unpacked[name] = plain.read_bytes()
            check_sha256(unpacked[name], of_source.unpacked[i], plain.name)
            continue
        if not path.is_file():
            raise Unavailable(f"{path.name} is not there")
        content = path.read_bytes()
        check_sha256(content, expected, path.name)
        unpacked[name] = gzip.decompress(content)
    return unpacked


def from_keras_cache(path: Path) -> IdxFiles:
    """Read Keras's mnist.npz."""
    if not path.is_file():
        raise Unavailable("no such file")
    content = path.read_bytes()
    check_sha256(content, KERAS_MNIST_SHA256, path.name)
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: format_idx(archive[key]) for name, key in zip(FILES, KERAS_ARRAYS, strict=True)}


def from_mirror(url: str, source: str, cache: Path) -> IdxFiles:
    """Download NAME.gz from a base URL, with retries; what arrived whole in `cache` isn't asked for again."""
    of_source = SOURCES[source]
    sums = {f"{file}.gz": f"sha256:{value}" for file, value in zip(of_source.files, of_source.sha256, strict=True)}
    mirror = pooch.create(cache, base_url=url.rstrip("/") + "/", registry=sums, retry_if_failed=RETRIES)
    unpacked = {}
    for name, file in zip(FILES, of_source.files, strict=True):
        try:
            path = Path(mirror.fetch(f"{file}.gz", downloader=download))
        except requests.RequestException as error:
            raise Unavailable(f"{file}.gz: {short_reason(error)}") from None
        except ValueError as error:
            raise Unavailable(wrong_sum(f"{file}.gz", str(error))) from None
        unpacked[name] = gzip.decompress(path.read_bytes())
    return unpacked


def download(url: str, output_file: str | BinaryIO, _: pooch.Pooch) -> None:
    """Stream a file into another, with a bar; for pooch, which tries again after a requests.RequestException.

    Raises Unavailable, which ends the trying, for a body without end and for one that hardly moves.
    """
    began, came = time.monotonic(), 0
    with ExitStack() as stack:
        file = stack.enter_context(open(output_file, "wb")) if isinstance(output_file, str | Path) else output_file
        bar = stack.enter_context(tqdm(unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1]))
        for part in answer(url):
            if isinstance(part, int):
                bar.total = part or None
                began = time.monotonic()
                continue
            file.write(part)
            bar.update(len(part))
            came += len(part)
            seconds = time.monotonic() - began
            if came > MOST_BYTES:
                raise Unavailable(f"more than {MOST_BYTES >> 20} MB came, and no data set has such a file")
            if seconds > PATIENCE_SECONDS and came < SLOWEST * seconds:
                raise Unavailable(f"{came:,} bytes came in {seconds:.0f} s, which is too slow")


def answer(url: str) -> Iterator[int | bytes]:
    """What a server answers: the size that it promises, or 0, then the body's parts.

    A thread receives it, as `requests` waits for ever for a header that comes byte by byte: here that is Unavailable.
    """
    came: Queue[int | bytes | Exception] = Queue(maxsize=16)
    left = Event()
    Thread(target=receive, args=(url, came, left), daemon=True).start()
    try:
        while (part := came.get(timeout=TIMEOUT_SECONDS + PATIENCE_SECONDS)) != b"":
            if isinstance(part, Exception):
                raise part
            yield part
    except Empty:
        raise Unavailable(f"nothing usable came in {TIMEOUT_SECONDS + PATIENCE_SECONDS} s") from None
    finally:
        left.set()
        with suppress(Empty):  # there may be who waits for room
            while True:
                came.get_nowait()


def receive(url: str, came: "Queue[int | bytes | Exception]", left: Event) -> None:
    """Put the answer of a server, or why there is none, in a queue, until all is there or `left` is set."""
    try:
        headers = {"Accept-Encoding": "identity"}
        with requests.get(url, stream=True, timeout=TIMEOUT_SECONDS, headers=headers) as response:
            response.raise_for_status()
            came.put(int(response.headers.get("content-length", 0)))
            # what is there, without waiting for more
            while not left.is_set() and (part := response.raw.read1(1 << 16, decode_content=False)):
                came.put(part)
        came.put(b"")
    except HTTPError as error:  # urllib3's, which requests wraps elsewhere
        came.put(requests.ConnectionError(str(error)))
    except Exception as error:
        came.put(error)


def short_reason(error: requests.RequestException) -> str:
    """The reason of a failed request without urllib3's chain of causes."""
    if error.response is not None:
        return f"HTTP {error.response.status_code}"
    reason = getattr(error.args[0] if error.args else error, "reason", error)
    return str(reason).rsplit(": ", 1)[-1]


def wrong_sum(name: str, message: str) -> str:
    """Word pooch's hash mismatch as every other place does."""
    sums = re.findall(r"\b[0-9a-f]{64}\b", message)
    if len(sums) != 2:
        return message
    return f"{name} has the wrong SHA-256: expected {sums[0]}, received {sums[1]}"


def from_scikit_learn() -> IdxFiles:
    """Optical digits of scikit-learn (Alpaydin & Kaynak, 1998): 1,797 of 8x8, resized to 28x28.

    Each is enlarged to 20x20 (bicubic) and centred, as MNIST's are. Every fifth image is for testing.
    """
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    canvas = np.zeros((len(digits.images), 28, 28), np.uint8)
    for target, image in zip(canvas, digits.images, strict=True):
        grey = Image.fromarray((image * 255 / 16).round().astype(np.uint8))
        target[4:24, 4:24] = np.asarray(grey.resize((20, 20), Image.Resampling.BICUBIC))
    test = np.arange(len(canvas)) % 5 == 4
    labels = digits.target.astype(np.uint8)
    arrays = (canvas[~test], labels[~test], canvas[test], labels[test])
    return {name: format_idx(array) for name, array in zip(FILES, arrays, strict=True)}


def places(
    source: str, mirrors: Iterable[str], cache: Path, root: Path
) -> Iterator[tuple[str, Callable[[], IdxFiles]]]:
    """Every place to ask for `source`, in order, as (description, function that fetches or raises Unavailable).

    First DIGITFORGE_MNIST (a folder, relative to `root`, or a base URL), then Keras's and torchvision's caches,
    then the mirrors.
    """
    own = os.environ.get("DIGITFORGE_MNIST")
    if own and source == "mnist":
        if own.startswith(("http://", "https://")):
            yield f"DIGITFORGE_MNIST={redacted(own)}", lambda: from_mirror(own, source, cache)
        else:
            yield f"DIGITFORGE_MNIST={own}", lambda: from_folder(root / Path(own).expanduser(), source)
    if source == "mnist":
        keras = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets" / "mnist.npz"
        yield f"Keras's cache {keras}", lambda: from_keras_cache(keras)
    for base in (root / "data", Path("~/data").expanduser(), Path("~/.cache/torchvision").expanduser()):
        folder = base / SOURCES[source].torchvision / "raw"
        yield f"torchvision's cache {folder}", lambda folder=folder: from_folder(folder, source)  # type: ignore[misc]
    for url in mirrors:
        yield redacted(url), lambda url=url: from_mirror(url, source, cache)  # type: ignore[misc]


def check(files: IdxFiles) -> None:
    """Raise ValueError unless the four files parse and each split has as many labels as 28x28 images."""
    arrays = [parse_idx(files[name], name) for name in FILES]
    for images, labels, name in ((arrays[0], arrays[1], FILES[0]), (arrays[2], arrays[3], FILES[2])):
        if images.ndim != 3 or images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
            raise ValueError(f"{name}: images {images.shape} and labels {labels.shape} don't belong together")


def fetch(source: str, mirrors: Iterable[str], scratch: Path, root: Path) -> tuple[IdxFiles, list[str]]:
    """Ask every place in order -> (the four files or {}, why each place before it failed)."""
    pooch.get_logger().setLevel("WARNING")  # one line of ours says what failed
    failures = []
    for place, get in places(source, mirrors, scratch / "download" / source, root):
        try:
            found = get()
            check(found)
        except (Unavailable, ValueError, OSError) as reason:
            failures.append(f"{place}: {reason}")
            continue
        print(f"{source}: found at {place}, SHA-256 checked")
        return found, failures
    return {}, failures
