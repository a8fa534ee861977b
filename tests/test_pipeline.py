"""The real pipeline in a temporary clone, on a small configuration; each test starts where the last one ended.

First `digitforge run` makes everything, two stages at a time; later `dvc repro` makes what edits change.
"""

import json
import random
import re
import signal
import sys
import time

import numpy as np
import pandas as pd
import pytest

from digitforge.data.nondigits.kinds import KINDS
from digitforge.settings.judges import NAMES
from digitforge.tracking.runs import PICTURES
from tests import small
from tests.cloned import SMALL, Project, cloned, named_in
from tests.soak import damages, kills
from tests.soak.base import Base

LEARNT = SMALL["verifiers"]["strict"]["nondigits"]["kinds"]
RUNS = {*(f"verifier_{name}" for name in NAMES), *SMALL["variants"], "ae_small-2", "leave_one_out_8"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A clone after a `digitforge run`."""
    made = cloned(tmp_path_factory.mktemp("clone"))
    made.write_params()
    made.commit("start")
    made.expect(4.0)
    made.output = made.run(sys.executable, "-m", "digitforge.command", "run", "--jobs", "2")
    made.logs = "".join(path.read_text() for path in (made.root / ".scratch/logs").iterdir())
    return made


def with_beta(beta):
    """The model of `vae_small` with another beta."""
    return SMALL["variants"]["vae_small"]["model"] | {"objective": small.ELBO | {"beta": beta}}


def with_kinds(name, kinds):
    """The verifiers, one of which learns to refuse other kinds of images."""
    rows = json.loads(json.dumps(SMALL["verifiers"]))
    rows[name]["nondigits"]["kinds"] = kinds
    return rows


def with_variant(key, **changes):
    rows = json.loads(json.dumps(SMALL["variants"]))
    rows[key].update(changes)
    return rows


def test_the_runner_ran_every_stage_and_left_dvc_nothing_to_do(project):
    finished = re.findall(r"^([\w@-]+): \d+:\d\d", project.output, re.MULTILINE)
    count = int(re.search(r"^(\d+) stages to run, 2", project.output, re.MULTILINE)[1])
    assert len(finished) == len(set(finished)) == count
    assert {*VARIANTS, "detection@8", "report", "track"} < set(finished)
    assert re.search(r"^evaluate@vae_small: .* recognised 0\.\d+, ", project.output, re.MULTILINE)
    assert "Data and pipelines are up to date." in project.dvc("repro")


def test_every_stage_left_what_it_promises(project):
    assert all(project.metrics(f"verifier/{name}")["accuracy"] > 0.5 for name in ("plain", "strict"))
    assert "NaN" not in (project.root / "reports/metrics/judge.json").read_text()
    judge = project.metrics("judge")
    assert judge["answers"] == 11
    assert judge["real"]["float"]["recognised"] == pytest.approx(0.95, abs=0.1)
    assert set(judge["kinds"]) == set(KINDS)
    assert {name for name, found in judge["kinds"].items() if found["known"]} == set(LEARNT)
    # What a classifier of ten digits is fooled by, the strict one refuses.
    assert judge["kinds"]["noise"]["strict"] < 0.2
    assert set(judge["variants"]) == set(SMALL["variants"])
    ae, vae = project.metrics("ae_small"), project.metrics("vae_small")
    assert set(ae) == {"source", "reconstruction", "samples", "anomaly", "denoising"}
    assert set(vae) == {"source", "reconstruction", "samples", "likelihood", "denoising"}
    assert set(project.metrics("gan_small")) == {"source", "samples", "stacked"}
    assert ae["source"] == vae["source"] == "digits, standing in for mnist"
    assert 0.5 < ae["anomaly"]["auroc"] <= 1
    assert vae["likelihood"]["data"] == "threshold"
    assert vae["likelihood"]["elbo_nats"] < 0 < vae["likelihood"]["nll_nats"] < -vae["likelihood"]["elbo_nats"]
    details = project.metrics("vae_small.details")
    assert details["likelihood"]["elbo_nats"]["value"] == pytest.approx(vae["likelihood"]["elbo_nats"], rel=1e-3)
    assert details["samples"]["fid"]["ci95"] > 0
    assert details["samples"]["real"]["fid"]["value"] < details["samples"]["fid"]["value"]
    assert set(details["anomaly"]["scores"]["importance_sampling"]) == {"inverted"}
    assert project.metrics("leave_one_out/8")["source"] == "digits, standing in for mnist"
    left_out = project.metrics("leave_one_out/8")["scores"]["importance_sampling"]
    assert 0 <= left_out["auroc"]["value"] <= 1
    for group in (ae["reconstruction"], vae["reconstruction"]):
        assert 0 <= group["accuracy"] <= group["predictability"] <= 1
        assert 0 <= group["right"] <= group["recognised"] <= 1
    for key in SMALL["variants"]:
        assert project.metrics(key)["samples"]["recognised"] == pytest.approx(
            project.metrics(f"{key}.details")["samples"]["recognised"]["value"], abs=1e-3
        )
    assert "NOTE: fashion_mnist could not be had, so it is no out-of-distribution set." in project.logs
    report = (project.root / "reports/index.md").read_text()
    assert "nan" not in report
    for name in ("ae_small", "vae_small", "scikit-learn's 8x8 digits", "**These are not MNIST digits.**"):
        assert name in report
    pages = [project.root / "reports/index.md", *(project.root / "reports/cards").iterdir()]
    linked = {part.split(")")[0] for page in pages for part in page.read_text().split("figures/")[1:]}
    assert linked == {path.name for path in (project.root / "reports/figures").iterdir()}


def test_a_row_from_two_seeds_has_their_mean_and_its_interval(project):
    own, again = project.metrics("ae_small")["samples"]["fid"], project.metrics("ae_small-2")["samples"]["fid"]
    assert own != again
    found = json.loads((project.root / "reports/seeds.json").read_text())
    assert set(found) == {"ae_small"}
    fid = found["ae_small"]["samples"]["fid"]
    assert fid["value"] == pytest.approx((own + again) / 2, rel=1e-3)
    assert fid["ci95"] == pytest.approx(12.706 * abs(own - again) / 2, rel=0.1)
    shown = json.loads(project.dvc("metrics", "show", "--json"))[""]["data"]
    assert shown["reports/seeds.json"]["data"] == found
    assert "| seeds | 1, 2 |" in (project.root / "reports/cards/ae_small.md").read_text()
    assert "[ae_small](cards/ae_small.md) | 1, 2 |" in (project.root / "reports/index.md").read_text()
    runs, client = project.runs()
    run = runs["ae_small-2"]
    assert (run.data.tags["variant"], run.data.tags["seed"], run.data.params["seed"]) == ("ae_small", "2", "2")
    assert client.get_run(run.data.tags["mlflow.parentRunId"]).info.run_name == "seeds"
    assert run.data.metrics["samples/fid"] == again


def test_one_seed_more_runs_nothing_but_itself_and_one_less_nothing_at_all(project):
    project.write_params(seeds={"rows": ["ae_small"], "values": [2, 3]})
    more = project.plan().splitlines()
    project.write_params(seeds={"rows": [], "values": [2]})
    said = project.plan()
    project.write_params()
    assert more == [
        "report, track: seeds.values [2] -> [2, 3]",
        "not run yet: train_again@ae_small-3, sample_again@ae_small-3, evaluate_again@ae_small-3",
    ]
    assert named_in(said) == {"report", "track"}
    assert "no longer in params.yaml: evaluate_again@ae_small-2, sample_again@ae_small-2, train_again" in said


def test_a_kill_and_a_damaged_file_cost_no_result(project, tmp_path):
    base = Base(project.root, {"sample@ae_small": 2.0})
    copy = base.copy(tmp_path / "copy")
    _, wrong = kills.kill(copy, "sample@ae_small", random.Random(0), signal.SIGKILL, "dvc")
    assert wrong is None
    _, wrong = damages.damaged(copy, damages.of_workspace, random.Random(0))
    assert wrong is None


SAME_SAMPLES = """
import sys
import numpy as np
import digitforge
for key, count in zip(sys.argv[1::2], map(int, sys.argv[2::2])):
    reported = np.load(f"artifacts/samples/{key}.npz")["samples"]
    drawn = np.rint(digitforge.load(key).sample(count, seed=1) * 255)
    print(key, reported.shape == drawn.shape, np.array_equal(reported, drawn))
"""


def test_the_kept_samplers_draw_the_reported_samples_bit_for_bit(project):
    samplers = {path.stem for path in (project.root / "artifacts/samplers").iterdir()}
    assert samplers == {*SMALL["variants"], "ae_small-2"}
    output = project.run(sys.executable, "-c", SAME_SAMPLES, "ae_small", "200", "vae_small", "300", "gan_small", "200")
    for key in SMALL["variants"]:
        assert f"{key} True True" in output


def test_training_says_what_it_runs_on_and_how_far_it_is(project):
    assert "training on the" in project.logs
    assert "(digits, standing in for mnist)" in project.logs
    assert "WARNING: mnist could not be had. Asked: Keras's cache" in project.logs
    assert "step/s, loss" in project.logs
    assert "80/80" in project.logs


def test_the_runs_are_in_mlflow(project):
    runs, client = project.runs()
    assert set(runs) == RUNS
    for name, run in runs.items():
        assert run.info.status == "FINISHED"
        assert run.data.tags["source"] == "digits, standing in for mnist"
        assert len(client.get_metric_history(run.info.run_id, "loss")) >= 10
        assert client.list_artifacts(run.info.run_id, "metrics"), name
        assert client.list_artifacts(run.info.run_id, "figures") or name in ("leave_one_out_8", "ae_small-2")
    assert (
        runs["vae_small"].data.metrics["likelihood/elbo_nats"]
        == project.metrics("vae_small")["likelihood"]["elbo_nats"]
    )
    assert runs["ae_small"].data.params["model.network.encoder"] == "[64]"
    assert len(client.list_artifacts(runs["ae_small"].info.run_id, "images")) == 22  # of 11 steps, each also small
    models = {model.name: model.aliases for model in client.search_registered_models()}
    assert set(models) == {"digitforge-ae_small", "digitforge-vae_small", "digitforge-gan_small"}
    assert set(models["digitforge-ae_small"]) == {"champion"}
    for name in NAMES:
        run = runs[f"verifier_{name}"]
        assert run.data.metrics["test/accuracy"] == project.metrics(f"verifier/{name}")["accuracy"]
    left_out = project.metrics("leave_one_out/8")["scores"]["negative_elbo"]["auroc"]["value"]
    assert runs["leave_one_out_8"].data.metrics["scores/negative_elbo/auroc"] == left_out


def test_a_run_whose_logging_broke_off_is_mended(project):
    runs, client = project.runs()
    whole = runs["ae_small"]
    steps = {metric.step for metric in client.get_metric_history(whole.info.run_id, "loss")}
    broken = client.create_run(whole.info.experiment_id, tags=whole.data.tags | {"completed_with": ""})
    client.log_metric(broken.info.run_id, "loss", 1.0, step=min(steps))
    client.log_image(broken.info.run_id, np.zeros((2, 2, 3), np.uint8), key=PICTURES, step=0)
    project.dvc("repro", "-f", "-s", "track")
    mended = client.get_run(broken.info.run_id)
    assert mended.info.status == "FINISHED"
    assert {metric.step for metric in client.get_metric_history(broken.info.run_id, "loss")} == steps
    assert client.get_metric_history(broken.info.run_id, "loss")[0].value == 1.0
    assert len(client.list_artifacts(broken.info.run_id, "images")) == 22
    assert mended.data.metrics["anomaly/auroc"] == project.metrics("ae_small")["anomaly"]["auroc"]
    client.delete_run(broken.info.run_id)
    after, _ = project.runs()  # nothing else has changed
    assert {name: run.info.run_id for name, run in after.items()} == {
        name: run.info.run_id for name, run in runs.items()
    }
    for name in ("ae_small", "vae_small"):
        assert after[name].data.metrics == runs[name].data.metrics


def test_a_clone_without_artifacts_names_no_stage(project, tmp_path):
    project.commit("after repro")
    clone = tmp_path / "clone"
    project.run("git", "clone", "-q", str(project.root), str(clone))
    output = Project(clone).dvc("repro", "--allow-missing", "--dry")
    assert "Running stage" not in output


def test_a_second_clone_pulls_and_has_only_its_own_runs_to_restore(project, tmp_path):
    project.commit("after repro")
    for made in (project, Project(tmp_path / "clone")):
        if made is not project:
            project.run("git", "clone", "-q", str(project.root), str(made.root))
        made.dvc("remote", "add", "--local", "--default", "--force", "shelf", str(tmp_path / "shelf"))
        made.dvc("push" if made is project else "pull")
    output = made.dvc("repro")
    assert re.findall(r"Running stage '(.*)'", output) == ["track"]
    assert re.search(rf"track: \d+ runs complete, {len(SMALL['variants'])} models registered", output)
    assert "Data and pipelines are up to date." in made.dvc("repro")
    weights = "artifacts/models/vae_small/model.weights.h5"
    assert (made.root / weights).read_bytes() == (project.root / weights).read_bytes()


def test_plots_are_one_page_with_every_variant(project, tmp_path):
    project.dvc("plots", "show", "--out", str(tmp_path))
    page = (tmp_path / "index.html").read_text()
    for title in ("Training", "Samples", "Compression", "Finding the left-out digit"):
        assert f'"text": "{title}"' in page
    for key in SMALL["variants"]:
        assert f'"variant": "{key}"' in page
    for anchor in ("<DVC_METRIC", "NaN"):
        assert anchor not in page
    assert len(list((tmp_path / "static").iterdir())) == len(SMALL["variants"])
    curve = pd.read_csv(project.root / "artifacts/plots/roc.csv")
    assert set(curve["variant"]) == {"ae_small"}
    area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
    assert area == pytest.approx(project.metrics("ae_small")["anomaly"]["auroc"], abs=0.02)
    scatter = pd.read_csv(project.root / "artifacts/plots/samples.csv").set_index("variant")
    assert scatter["recognised"]["gan_small"] == pytest.approx(
        project.metrics("gan_small")["samples"]["recognised"], abs=1e-4
    )
    history = pd.read_csv(project.root / "artifacts/models/vae_small/history.csv")
    curves = pd.read_csv(project.root / "artifacts/plots/curves.csv")
    later = history[history["step"] > history["step"].max() / 10]
    assert 0 < len(later) < len(history)
    assert list(curves[curves["variant"] == "vae_small"]["loss"]) == list(later["val_loss"])


@pytest.mark.long
def test_two_workers_share_a_queue_and_each_experiment_is_kept_beside_the_others(project):
    project.commit("before the queue")
    tolerances = {"low": 0.3, "high": 0.95}
    for name, value in tolerances.items():
        project.dvc("exp", "run", "--queue", "--name", name, "--set-param", f"evaluation.tolerance.mono={value}")
    project.dvc("queue", "start", "--jobs", "2")
    while re.search("Queued|Running", status := project.dvc("queue", "status")):
        time.sleep(1)
    assert status.count("Success") == 2
    shown = project.run(sys.executable, "-m", "digitforge.tracking.experiments")
    header, *rows = shown.splitlines()
    names = header.split()[-2:]
    assert set(names) == set(tolerances)
    numbers = {}
    for row in rows:
        name, before, *others = row.rsplit(maxsplit=3)
        numbers[name] = {"before": float(before)} | dict(zip(names, map(float, others), strict=True))
    assert numbers["evaluation.tolerance.mono"] == {"before": 0.8} | tolerances
    predictable = numbers["ae_small: samples.predictability"]
    assert predictable["high"] < predictable["before"] < predictable["low"]
    assert not any(name.startswith(("vae_small", "tracking")) for name in numbers)
    _, client = project.runs()
    [experiment] = client.search_experiments(filter_string="name = 'small'")
    for name in tolerances:
        [run] = client.search_runs(
            [experiment.experiment_id],
            f"tags.dvc_experiment = '{name}' and tags.variant = 'ae_small' and tags.seed = '1'",
        )
        assert run.data.metrics["samples/predictability"] == predictable[name]
    project.dvc("exp", "remove", *tolerances)


STAGES = ("train", "sample", "evaluate")
VARIANTS = {f"{stage}@{key}" for stage in STAGES for key in SMALL["variants"]}
VARIANTS |= {f"{stage}_again@ae_small-2" for stage in STAGES}
TRAINED = {name for name in VARIANTS if name.startswith("train")}
VERIFIERS = {f"verifier@{name}" for name in NAMES}
SCORED = {name for name in VARIANTS if name.startswith("evaluate")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"budget": 0.2}, {"leave_one_out@8", "report"} | VERIFIERS | TRAINED),
        ({"variants": with_variant("vae_small", title="x")}, {"judge", "plots", "report", "track"}),
        (
            {"variants": with_variant("ae_small", sample=small.FROM_PRIOR | {"threshold": 0.5})},
            {"sample@ae_small", "sample_again@ae_small-2", "judge", "plots", "report", "track"},
        ),
        (
            {"variants": with_variant("vae_small", model=with_beta(2.0))},
            {"train@vae_small", "evaluate@vae_small", "judge", "plots", "report", "track"},
        ),
        ({"evaluation": {**SMALL["evaluation"], "tolerance": {"mono": 0.8, "color": 0.6}}}, SCORED | {"report"}),
        ({"verifiers": with_kinds("strict", [*LEARNT, "shapes"])}, {"verifier@strict", "judge", "report"}),
    ],
    ids=["budget", "title", "sampling", "beta", "tolerance", "kinds"],
)
def test_an_edit_touches_only_what_depends_on_it(project, changes, expected):
    project.write_params(**changes)
    names = named_in(project.plan())
    project.write_params()
    assert names == expected


def test_the_plan_says_which_number_changed_and_what_follows(project):
    project.write_params(variants=with_variant("vae_small", model=with_beta(2.0)))
    said = project.plan()
    project.write_params()
    assert "train@vae_small, evaluate@vae_small: model.objective.beta 1.0 -> 2.0" in said
    assert "then, if results change: sample@vae_small" in said


@pytest.fixture
def edited(project):
    """A function that replaces text in a file of code; the file is put back afterwards."""
    before = {}

    def edit(name, old, new):
        path = project.root / name
        text = before.setdefault(path, path.read_text())
        assert old in text
        path.write_text(text.replace(old, new, 1))

    yield edit
    for path, text in before.items():
        path.write_text(text)


def test_a_comment_runs_nothing_again(project, edited):
    edited("digitforge/models/vae.py", "class Vae(", "# as in the paper\nclass Vae(")
    output = project.dvc("repro")
    assert re.findall(r"Running stage '(.*)'", output) == ["recipes"]
    assert "every stage's recipe is that of its last run" in output


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("digitforge/models/vae.py", "class Vae(", {"train@vae_small", "sample@vae_small", "leave_one_out@8"}),
        ("digitforge/training/device.py", "def describe_device", {"leave_one_out@8"} | VERIFIERS | TRAINED),
        ("digitforge/protocol/samples.py", "def classes", SCORED | {"reference"}),
        # Non-digits are the verifiers' business: nothing else is trained again.
        ("digitforge/data/nondigits/patterns.py", "def noise", {"nondigits"} | VERIFIERS),
        ("digitforge/data/nondigits/exposure.py", "def exposed", {"nondigits"} | VERIFIERS),
        ("digitforge/data/nondigits/disturbances.py", "def noise", {"nondigits", "disturbances", "judge"}),
    ],
    ids=["family", "engine", "protocol", "kinds", "exposure", "disturbances"],
)
def test_edited_code_runs_the_stages_that_import_it(project, edited, file, text, expected):
    edited(file, text, f"NUMBER = 1\n\n\n{text}")
    said = project.plan()
    assert f"{file} was edited" in said
    assert named_in(said) - {"report", "plots", "track"} == expected


def test_a_dry_run_says_where_to_look(project):
    project.write_params(budget=0.2)
    output = project.dvc("repro", "--dry")
    project.write_params()
    assert "Running stage 'recipes'" in output
    assert "`make plan`" in output


def test_params_diff_shows_an_edit(project):
    project.commit("before the edit")
    project.write_params(budget=0.2)
    found = json.loads(project.dvc("params", "diff", "--json"))
    project.write_params()
    assert found == {"params.yaml": {"budget": {"old": 0.1, "new": 0.2, "diff": 0.1}}}


def test_what_a_removed_variant_left_is_named_and_deleted(project):
    rows = {key: row for key, row in SMALL["variants"].items() if key != "gan_small"}
    kept = {name: project.root / name for name in ("artifacts/models/gan_small", "reports/metrics/gan_small.json")}
    project.write_params(variants=rows)
    said = project.plan()
    assert all(path.exists() for path in kept.values())
    deleted = project.dvc("repro", "recipes")
    gone = {name for name, path in kept.items() if not path.exists()}
    tidied = project.run(sys.executable, "-m", "digitforge.settings.leftovers")
    again = project.plan()
    project.write_params()
    project.dvc("repro")  # out of DVC's cache of runs
    assert "no longer in params.yaml: evaluate@gan_small, sample@gan_small, train@gan_small; `make tidy`" in said
    assert "deleted artifacts/models/gan_small" in deleted
    assert "deleted entries of dvc.lock" in tidied
    assert gone == set(kept)
    assert "no longer in params.yaml" not in again
    assert all(path.exists() for path in kept.values())


def test_a_mistake_is_one_line_and_nothing_runs(project):
    project.write_params(variants=with_variant("vae_small", family="vea"))
    output = project.dvc("repro", code=255)
    project.write_params()
    assert "error: params.yaml: variants.vae_small.family: received 'vea'; accepted: 'autoencoder', 'vae'" in output
    assert "Traceback" not in output
    assert "Running stage 'download'" not in output


def test_an_edited_variant_reruns_its_stages_alone_and_metrics_diff_shows_what_it_did(project):
    project.commit("small")
    before, _ = project.runs()
    project.write_params(variants=with_variant("vae_small", model=with_beta(20.0)))
    output = project.dvc("repro")
    ran = [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]
    of_variant = {"train@vae_small", "sample@vae_small", "evaluate@vae_small"}
    assert set(ran) == {"recipes", "judge", "plots", "report", "track"} | of_variant
    [(path, changed)] = json.loads(project.dvc("metrics", "diff", "--json")).items()
    assert path == "reports/metrics/vae_small.json"
    assert changed["likelihood.elbo_nats"]["diff"] != 0
    after, client = project.runs()
    assert after["vae_small"].info.run_id != before["vae_small"].info.run_id
    assert after["vae_small"].data.params["model.objective.beta"] == "20.0"
    assert (
        after["vae_small"].data.metrics["likelihood/elbo_nats"]
        == project.metrics("vae_small")["likelihood"]["elbo_nats"]
    )
    assert after["ae_small"].info.run_id == before["ae_small"].info.run_id
    assert client.list_artifacts(after["vae_small"].info.run_id, "figures")


def test_runs_restored_from_the_cache_are_in_mlflow(project):
    project.env["MLFLOW_TRACKING_URI"] = project.store = f"sqlite:///{project.root / 'fresh.db'}"
    project.dvc("repro", "-f", "-s", "track")
    runs, client = project.runs()
    assert set(runs) == RUNS
    for run in runs.values():
        assert run.data.tags["restored"] == "from files"
        assert len(client.get_metric_history(run.info.run_id, "val_loss")) >= 10
        assert client.list_artifacts(run.info.run_id, "metrics")
    for key in SMALL["variants"]:
        assert len(client.list_artifacts(runs[key].info.run_id, "images")) == 22


def test_the_summary_says_where_things_are(project):
    output = project.run(sys.executable, "-m", "digitforge.report.summary")
    for part in (
        "NOT mnist",
        "dvc repro -f download",
        "reports/index.md",
        "ae_small",
        "vae_small",
        "make ui",
        "Try next",
    ):
        assert part in output
