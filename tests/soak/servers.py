"""Requests to the explorer and to a served model, malformed ones among them: all answered, in flat memory."""

import base64
import io
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import requests
from mlflow import MlflowClient
from PIL import Image

from tests.serving import running
from tests.soak.base import Base
from tests.soak.outcome import Outcome, Progress

SURVIVAL = (
    "sound requests are answered rightly, malformed ones with an error, each within 120 s; the memory of the server is "
    "within 5 % of what it was after a warm-up"
)
WARM_UP = 300  # requests, before memory and times are measured: each function is traced once for each model and size
SECONDS, FLAT = 120, 1.05

Request = tuple[str, bool, Callable[[str], requests.Response]]  # what it is, whether it is sound, what sends it


def memory(process: Any) -> float:
    """Megabytes of a process and of what it started."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(one.memory_info().rss for one in family) / 2**20


def ask(request: Request, url: str) -> str | None:
    """Send a request -> what is wrong with its answer."""
    _, sound, send = request
    began = time.monotonic()
    try:
        answer = send(url)
        status, text = answer.status_code, answer.text
    except requests.exceptions.ChunkedEncodingError as error:  # Gradio breaks off when an event is unknown
        return f"no answer: {error}" if sound else None
    except requests.RequestException as error:
        return f"no answer: {error}"
    failed = status >= 400 or "event: error" in text
    if failed == sound:
        return f"{status}: {text[:300]}"
    if "Traceback" in text:
        return f"a traceback was sent: {text[:300]}"
    seconds = time.monotonic() - began
    return f"took {seconds:.0f} s" if seconds > SECONDS else None


def endure(outcome: Outcome, count: int, start: int, server: Any, make: Callable[[random.Random], Request]) -> None:
    """Send `count` requests after a warm-up, and note times and memory."""
    url, process = server
    progress, times = Progress(outcome.name, count), []
    for i in range(-WARM_UP, count):
        if i == 0:
            before = memory(process)
        request = make(random.Random(f"{start}-{outcome.name}-{i % 10**6}"))
        began = time.monotonic()
        wrong = ask(request, url)
        if request[1] and i >= 0:
            times.append(time.monotonic() - began)
        if i >= 0:
            outcome.add(f"request {i} of seed {start} ({request[0]})", wrong)
            progress.step()
    after = memory(process)
    centiles = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else [times[0]] * 99
    outcome.figures = {
        "p50": f"{1e3 * centiles[49]:,.0f} ms",
        "p99": f"{1e3 * centiles[98]:,.0f} ms",
        "memory before": f"{before:,.0f} MB",
        "memory after": f"{after:,.0f} MB",
    }
    if after > FLAT * before:
        outcome.lost.append(f"memory grew from {before:.0f} to {after:.0f} MB over {count} requests of seed {start}")


def called(name: str, data: list[Any]) -> Callable[[str], requests.Response]:
    """A call of the explorer's interface, and the wait for its result."""

    def send(url: str) -> requests.Response:
        asked = requests.post(f"{url}/gradio_api/call/{name}", json={"data": data}, timeout=SECONDS)
        if asked.status_code != 200:
            return asked
        event = asked.json()["event_id"]
        return requests.get(f"{url}/gradio_api/call/{name}/{event}", timeout=SECONDS)

    return send


def fetched(path: str, **settings: Any) -> Callable[[str], requests.Response]:
    return lambda url: requests.get(url + path, timeout=SECONDS, **settings)


def posted(path: str, content: bytes, kind: str = "application/json") -> Callable[[str], requests.Response]:
    return lambda url: requests.post(url + path, content, headers={"Content-Type": kind}, timeout=SECONDS)


def of_explorer(keys: list[str]) -> Callable[[random.Random], Request]:
    """Requests to the explorer: two of three are sound."""

    def make(rng: random.Random) -> Request:
        key, seed = rng.choice(keys), rng.randrange(1000)
        odd = rng.choice([None, "x" * 5_000, [], {}, "../../etc", -1, 1e300, "<b>"])
        many = rng.choice([10**9, 0, -5, "many", None])
        sound: list[Request] = [
            ("the page", True, fetched("/")),
            ("config", True, fetched("/config")),
            ("generate", True, called("generate", [key, rng.choice([10, 50, 100]), seed, -1])),
            ("random_code", True, called("random_code", [key, -1, 0])),
            ("interpolate", True, called("interpolate", [key, "two random codes", seed, seed + 1, 8])),
        ]
        malformed: list[Request] = [
            ("generate for nobody", False, called("generate", [odd, 10, seed, -1])),
            ("generate far too many", False, called("generate", [key, many, seed, -1])),
            ("generate without arguments", False, called("generate", [])),
            ("an unknown function", False, called("no_such", [key])),
            ("no JSON", False, posted("/gradio_api/call/generate", b"{]")),
            ("JSON of another shape", False, posted("/gradio_api/call/generate", b"[1, 2]")),
            ("bytes", False, posted("/gradio_api/call/generate", os.urandom(300), "text/plain")),
            ("another host", False, fetched("/", headers={"Host": "evil.example"})),
            ("a file of the machine", False, fetched("/gradio_api/file=/etc/passwd")),
            ("a path upwards", False, fetched("/gradio_api/file=../../../etc/passwd")),
            ("nothing there", False, fetched("/no/such/page")),
            ("an unknown event", False, fetched("/gradio_api/call/no_such/0123")),
        ]
        return rng.choice(sound if rng.random() < 0.66 else malformed)

    return make


def of_model() -> Callable[[random.Random], Request]:
    """Requests to a served model: two of three are sound."""

    def png(rng: random.Random) -> str:
        file, pixels = io.BytesIO(), np.random.default_rng(rng.randrange(2**32)).integers(0, 256, (28, 28), np.uint8)
        Image.fromarray(pixels).save(file, "PNG")
        return base64.b64encode(file.getvalue()).decode()

    def body(records: Any, **params: Any) -> bytes:
        return json.dumps({"dataframe_records": records, "params": params}).encode()

    def make(rng: random.Random) -> Request:
        pictures = [{"image": png(rng)} for _ in range(rng.choice([1, 3]))]
        odd = rng.choice(["", "no base64!", "aGVsbG8=", None, 5, ["x"], base64.b64encode(bytes(100)).decode()])
        sound = [
            ("sample", body([], task="sample", count=rng.choice([1, 5, 20]), seed=rng.randrange(999))),
            ("reconstruct", body(pictures, task="reconstruct")),
            ("anomaly_score", body(pictures, task="anomaly_score")),
        ]
        malformed = [
            ("an unknown task", body([], task="smaple")),
            ("no images", body([], task="reconstruct")),
            ("a damaged image", body([{"image": odd}], task="reconstruct")),
            ("another column", body([{"picture": png(rng)}], task="reconstruct")),
            ("far too many", body([], task="sample", count=10**12)),
            ("a negative count", body([], task="sample", count=-1)),
            ("a count of letters", body([], task="sample", count="five")),
            ("a seed beyond", body([], task="sample", count=1, seed=2**62)),
            ("no JSON", b"{]"),
            ("nothing", b""),
            ("a list", b"[1, 2, 3]"),
            ("another key", b'{"pictures": 5}'),
            ("bytes", os.urandom(200)),
        ]
        is_sound = rng.random() < 0.66
        name, content = rng.choice(sound if is_sound else malformed)
        return name, is_sound, posted("/invocations", content)

    return make


def explorer(count: int, start: int, base: Base) -> Outcome:
    outcome = Outcome("requests to the explorer", SURVIVAL)
    keys = [path.stem for path in (base.root / "artifacts/samplers").iterdir()]
    command = ["digitforge.explorer", "--project", str(base.root)]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), command, "") as server:
        endure(outcome, count, start, server, of_explorer(sorted(keys)))
    return outcome


def model(count: int, start: int, base: Base) -> Outcome:
    outcome = Outcome("requests to a served model", SURVIVAL)
    copy = base.copy(base.root.parent / "served")
    copy.call(*copy.stage("track"))  # the project was moved, and `track` tells MLflow where its files are now
    store = copy.store
    [name] = [one.name for one in MlflowClient(store).search_registered_models() if "champion" in one.aliases]
    command = ["mlflow", "models", "serve", "--model-uri", f"models:/{name}@champion", "--env-manager", "local"]
    environment = {"MLFLOW_TRACKING_URI": store, "PYTHONPATH": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), command, "ping", **environment) as server:
        endure(outcome, count, start, server, of_model())
    return outcome
