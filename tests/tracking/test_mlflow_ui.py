"""What a user sees in MLflow's own pages: the runs, a chart, and digits forming behind a slider."""

import numpy as np
import pytest
from mlflow import MlflowClient

from digitforge.tracking.runs import live
from tests import small

PATIENCE = 300_000  # ms
STEPS = (0, 8, 16)
BRIGHTNESS = """async image => {
    await image.decode();
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.drawImage(image, 0, 0);
    return canvas.getImageData(5, 5, 1, 1).data[0];
}"""


@pytest.fixture
def runs(repository, mlflow_server):
    """Two tracked trainings with curves and pictures -> (experiment id, run id of the first)."""
    small.track_as("exp")
    found = []
    for key in ("vae_x", "gan_y"):
        with live(small.training(key, family=key.split("_")[0]), "mnist") as run:
            for i, step in enumerate(STEPS):
                run.log_row({"step": step, "loss": 3.0 - i})
                run.log_picture(np.full((20, 20, 3), 80 * i, np.uint8), step)
        found.append(run.run_id)
    return MlflowClient(mlflow_server).get_experiment_by_name("exp").experiment_id, found[0]


@pytest.fixture
def page(browser):
    # Tall, since what is out of sight isn't drawn.
    opened = browser.new_page(viewport={"width": 1500, "height": 3000})
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def test_the_runs_a_chart_and_a_slider(page, mlflow_server, runs):
    experiment, run = runs
    start = f"{mlflow_server}/#/experiments/{experiment}/runs"
    page.goto(start)
    for name in ("vae_x", "gan_y"):
        page.get_by_role("link", name=name).first.wait_for()
    page.goto(f"{start}?compareRunsMode=CHART")
    page.locator(".js-plotly-plot").first.wait_for()
    page.goto(f"{start}/{run}/model-metrics")
    slider = page.get_by_role("slider").first
    slider.wait_for()
    for i, step in enumerate(STEPS[1:], start=1):
        slider.focus()
        page.keyboard.press("ArrowRight")
        picture = page.locator(f"img[src*='digits%2Bstep%2B{step}%2B']").first
        picture.wait_for()
        assert picture.evaluate(BRIGHTNESS) == pytest.approx(80 * i, abs=3)
