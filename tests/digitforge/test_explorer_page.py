"""The explorer in a browser: Debian's chromium, headless."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright import sync_api

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium`")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 240_000  # milliseconds: the first answer waits for TensorFlow, on a machine that may be busy


@contextmanager
def served(project: Path, log: Path):
    """The explorer of a project, as a process of its own -> its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "digitforge.explorer", "--port", str(port), "--project", str(project)]
    with log.open("w") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            wait_for(url, process, log)
            yield url
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(PATIENCE // 500):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def url(project, tmp_path_factory):
    with served(project, tmp_path_factory.mktemp("log") / "explorer.log") as address:
        yield address


@pytest.fixture
def page(browser, url):
    """A fresh page with the first digit, that asked nothing of any other host."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(PATIENCE)
    asked = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(url)
    opened.wait_for_selector("#digit img")
    yield opened
    assert [one for one in asked if not one.startswith((url, "data:", "blob:"))] == []
    opened.close()


def test_a_slider_changes_the_digit(page):
    before = page.get_attribute("#digit img", "src")
    slider = page.locator(".sliders input[type=range]").first
    slider.focus()
    for _ in range(10):
        slider.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('#digit img').src !== before", arg=before)
    assert page.get_by_text("The verifier reads").first.is_visible()


def test_what_was_made_can_be_downloaded(page):
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download code and digit (npz)").click()
    assert waiting.value.suggested_filename == "code.npz"


def test_a_drawn_digit_gets_a_score(page):
    page.get_by_role("tab", name="Draw or upload").click()
    canvas = page.locator("#canvas canvas").first
    canvas.wait_for()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    score = page.get_by_text("Anomaly score").first
    for _ in range(20):  # the editor takes no strokes before it is ready, and doesn't say when it is
        page.mouse.move(x, y - 80)
        page.mouse.down()
        page.mouse.move(x, y + 80, steps=10)
        page.mouse.up()
        with suppress(sync_api.TimeoutError):
            score.wait_for(timeout=15_000)
            break
    assert score.is_visible()
    page.wait_for_selector("#look-3 img")
    assert "of the test digits that the model could know" in page.inner_text("body")


def test_where_nothing_is_trained_the_page_says_what_to_run(browser, project, tmp_path):
    (tmp_path / "params.yaml").write_text((project / "params.yaml").read_text())
    with served(tmp_path, tmp_path / "log") as address:
        opened = browser.new_page()
        opened.goto(address)
        opened.get_by_text("Nothing is trained yet").wait_for(timeout=PATIENCE)
        assert "make repro" in opened.inner_text("#nothing")
        assert not opened.get_by_role("tab", name="Codes").is_visible()
        opened.close()
