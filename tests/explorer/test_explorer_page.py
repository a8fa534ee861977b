"""The explorer in a browser: Debian's chromium, headless."""

import re
from contextlib import suppress

import numpy as np
import pytest
import requests
from PIL import Image
from playwright import sync_api

from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.stacked import binarize
from digitforge.files import read_npz

# Whether there is a picture, and not the one before.
ANOTHER = "before => [null, before].indexOf(document.querySelector('#look-0 img')?.src ?? null) < 0"
PATIENCE = 240_000  # milliseconds: the first answer waits for TensorFlow, on a machine that may be busy


@pytest.fixture(scope="module")
def url(project, serve, tmp_path_factory):
    """The explorer's address, where a proxy is set for all hosts and Gradio's folder can't be used."""
    command, temporary = ["digitforge.explorer", "--project", str(project)], tmp_path_factory.mktemp("temporary")
    (temporary / "gradio").touch()
    proxied = {"http_proxy": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": "", "TMPDIR": str(temporary)}
    with serve(tmp_path_factory.mktemp("log"), command, "", **proxied) as address:
        yield address


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info"])
def test_only_this_machine_s_names_are_answered(url, path):
    port = url.rsplit(":", 1)[1].strip("/")
    for host, status in (
        ("127.0.0.1", 200),
        ("localhost", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
    ):
        found = requests.get(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"})
        assert found.status_code == status


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
    # To the other end: a random code may lie at one.
    at_least = float(slider.input_value()) == float(slider.get_attribute("min"))
    slider.press("End" if at_least else "Home")
    page.wait_for_function("before => document.querySelector('#digit img').src !== before", arg=before)
    assert page.get_by_text(re.compile("The verifier (reads|sees)")).first.is_visible()


def test_the_page_says_what_the_variants_learnt(page):
    assert page.get_by_text("Data: digits, standing in for mnist.").is_visible()


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
    assert "of the test images that the model could know" in page.inner_text("body")


def test_an_uploaded_training_image_is_seen_bit_for_bit(page, project, tmp_path):
    page.get_by_role("tab", name="Draw or upload").click()
    page.locator("#canvas canvas").first.wait_for()
    page.get_by_label("Fit to the ink").uncheck()
    trained = Dataset.read(Mode.parse("mono-float-complete"), "x_train", root=project)["x_train"]
    seen = []
    for i, image in enumerate(trained[:2]):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{i}.png")
        before = page.get_attribute("#look-0 img", "src") if seen else ""
        for _ in range(20):  # nor does the editor take files before it is ready
            page.locator("#canvas input[type=file]").first.set_input_files(tmp_path / f"{i}.png")
            with suppress(sync_api.TimeoutError):
                page.wait_for_function(ANOTHER, arg=before, timeout=15_000)
                break
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download images, code and scores (npz)").click()
        waiting.value.save_as(tmp_path / f"{i}.npz")
        seen.append(read_npz(tmp_path / f"{i}.npz", "seen")["seen"])
    binary = set(np.unique(seen)) <= {0, 255}
    assert (np.stack(seen) == (binarize(trained[:2]) if binary else trained[:2])).all()


def test_where_nothing_is_trained_the_page_says_what_to_run(browser, serve, project, tmp_path):
    (tmp_path / "params.yaml").write_text((project / "params.yaml").read_text())
    with serve(tmp_path, ["digitforge.explorer", "--project", str(tmp_path)], "") as address:
        opened = browser.new_page()
        opened.goto(address)
        opened.get_by_text("Nothing is trained yet").wait_for(timeout=PATIENCE)
        assert "make repro" in opened.inner_text("#nothing")
        assert not opened.get_by_role("tab", name="Codes").is_visible()
        assert "Data:" not in opened.inner_text("body")
        opened.close()
