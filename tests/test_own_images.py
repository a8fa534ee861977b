"""The real pipeline on a folder of coloured shapes, two stages at a time, to the report: `make soak` runs it."""

import re
import shutil
import sys

import numpy as np
import pytest

from tests.cloned import SMALL, cloned
from tests.own_material import colours
from tests.test_pipeline import with_variant

EACH = 60
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A clone whose source is the shapes, with two variants, after one `dvc repro`."""
    made = cloned(tmp_path_factory.mktemp("clone"))
    colours(made.root / "shapes", EACH)
    variants = {
        "vae_colour": with_variant("vae_small", title="Colours", data="color-float-missing")["vae_small"],
        "ae_grey": with_variant("ae_small", title="Grey", data="mono-binary-complete")["ae_small"],
    }
    data = SMALL["data"] | {"source": "shapes", "missing_digit": 1}
    made.settings = {
        "max_epochs": 1000,
        "data": data,
        "verifiers": {name: row | {"fit": row["fit"] | {"steps": 2000}} for name, row in SMALL["verifiers"].items()},
        "leave_one_out": SMALL["leave_one_out"] | {"digits": [0, 8]},
        "variants": variants,
        "seeds": {"rows": [], "values": []},
    }
    made.write_params(**made.settings)
    made.commit("start")
    made.output = made.run(sys.executable, "-m", "digitforge.command", "run", "--jobs", "2")
    return made


def test_the_runner_ran_every_stage_and_left_dvc_nothing_to_do(project):
    finished = re.findall(r"^([\w@-]+): \d+:\d\d", project.output, re.MULTILINE)
    assert (
        len(finished)
        == len(set(finished))
        == int(re.search(r"^(\d+) stages to run, 2", project.output, re.MULTILINE)[1])
    )
    assert {"evaluate@vae_colour", "evaluate@ae_grey", "detection@0", "report", "track"} < set(finished)
    assert re.search(r"^evaluate@vae_colour: .* recognised 0\.\d+, ", project.output, re.MULTILINE)
    assert "up to date" in project.dvc("status")


def test_an_early_report_shows_what_is_finished(project):
    project.run(sys.executable, "-m", "digitforge.runner.early", "vae_colour", "detection@0")
    page = (project.root / "reports/early.html").read_text()
    assert "An early report: 1 of 2 models" in page
    assert "vae_colour" in page
    assert "ae_grey" not in page.partition("Parameters")[0]
    assert "up to date" in project.dvc("status")
    assert not project.run("git", "status", "--short", "reports/early.html")


def test_colour_pictures_train_three_channels_without_stacking(project):
    with np.load(project.root / "artifacts/data/color-float-missing.npz") as data:
        assert data["x_train"].shape == (2 * EACH * 4 // 5, 28, 28, 3)
        assert np.unique(data["y_train"]).tolist() == [0, 2]
        assert np.unique(data["y_test"]).tolist() == [0, 1, 2]
    with np.load(project.root / "artifacts/samples/vae_colour.npz") as found:
        assert found["samples"].shape[1:] == (28, 28, 3)
        for name in ("probabilities", "strict", "control"):
            assert found[f"sample_{name}"].shape[1:] == (1, 3)


def test_metrics_are_of_the_classes_of_the_folder(project):
    for name in ("plain", "strict", "control"):
        assert project.metrics(f"verifier/{name}")["accuracy"] > 0.6
        assert project.metrics(f"verifier/{name}")["source"] == "folder shapes"
    colour, grey = project.metrics("vae_colour"), project.metrics("ae_grey")
    assert set(colour) == {"source", "reconstruction", "samples", "likelihood", "anomaly", "denoising"}
    assert set(grey) == {"source", "reconstruction", "samples", "denoising"}
    assert project.metrics("vae_colour.details")["samples"]["trained_classes"] == 2
    assert project.metrics("ae_grey.details")["samples"]["trained_classes"] == 3
    assert 0 <= colour["anomaly"]["auroc"] <= 1
    assert project.metrics("leave_one_out/0")["scores"]
    assert not project.metrics("leave_one_out/8")["scores"]


def test_the_report_names_the_classes_and_says_why_nothing_is_stacked(project):
    page = (project.root / "reports/index.md").read_text()
    assert "The images show 3 classes: 0 *circle*, 1 *ring*, 2 *square*" in page
    assert "Pictures in colour, trained without the ring (`color-float-missing`)" in page
    assert "so none are stacked and no model is measured on stacks" in page
    assert "nan" not in page
    assert "Stacks of three" not in page


def test_too_few_images_make_a_plain_judge_and_everything_says_so(project):
    judge = project.metrics("judge")
    assert judge["answers"] == judge["classes"] == 3
    assert judge["kinds"] == {}
    assert 0.5 <= judge["real"]["float"]["recognised"] <= 1
    page = (project.root / "reports/index.md").read_text()
    assert "There are too few training images (144) to learn what is no digit." in page
    assert "which must name a digit whatever it sees" in page
    assert not (project.root / "reports/figures/nondigits.png").exists()
    for name in ("strict", "control"):
        said = (project.root / f".scratch/logs/verifier@{name}.log").read_text()
        assert f"verifier_{name}: 144 training images are too few to learn what is none" in said


def test_the_verifier_of_the_package_reads_pictures_whole(project):
    code = "import digitforge; x = digitforge.load('vae_colour').sample(3)\n"
    code += "print(x.shape, digitforge.verifier().read(x)[2].shape)"
    assert "(3, 28, 28, 3) (3, 1, 3)" in project.run(sys.executable, "-c", code)


def test_a_class_that_the_folder_lacks_is_refused_before_any_work(project):
    project.write_params(**project.settings | {"data": project.settings["data"] | {"missing_digit": 3}})
    output = project.dvc("repro", code=255)
    project.write_params(**project.settings)
    assert (
        "error: params.yaml: data.missing_digit: received 3, which variants.vae_colour leaves out; accepted: 0 to 2"
        in output
    )
    assert "Traceback" not in output


def test_what_was_done_and_what_is_odd_stand_in_the_report(project):
    assert "WARNING: 144 training images are too few to learn what is none" in project.output
    page = (project.root / "reports/index.md").read_text()
    assert "Each picture was scaled whole to fit 28×28, with its proportions kept." in page
    assert "- 36 test images are few: FID, KID, precision and recall of fewer than 500 say little." in page


def test_once_all_is_made_the_images_may_be_gone(project):
    project.dvc("repro")  # what the refused class left undone
    place = project.root / "shapes"
    moved = place.rename(project.root / "elsewhere")
    try:
        assert "Data and pipelines are up to date" in project.dvc("status")
        assert "didn't change, skipping" in project.dvc("repro")
        command = [sys.executable, "-m", "digitforge"]
        assert project.run(*command, "variants").split() == ["vae_colour", "ae_grey"]
        project.run(*command, "sample", "vae_colour", "-n", "4", "-o", "four.png")
        assert "circle" in project.run(*command, "score", "vae_colour", "elsewhere/circle")
        project.dvc("repro", "-f", "-s", "track")
        shutil.rmtree(project.root / "artifacts/raw")
        assert "nothing can be read; accepted" in project.dvc("repro", "-f", "-s", "download", code=255)
    finally:
        moved.rename(place)
        project.dvc("checkout", "-f")
