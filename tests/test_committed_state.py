"""The committed params.yaml, dvc.lock and reports belong together; no other test reads params.yaml.

An edited params.yaml, or edited code, is not judged: its results are not there before `dvc repro`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitforge.data.nondigits.disturbances import DISTURBANCES, LEVELS
from digitforge.data.nondigits.kinds import KINDS
from digitforge.report.portfolio import TEXTS, card_of
from digitforge.settings.families import FAMILIES
from digitforge.settings.judges import NAMES, SEEN_BY
from digitforge.settings.outputs import last_run
from digitforge.settings.params import load_params
from digitforge.settings.plan import changes, named
from digitforge.settings.recipes import make

ROOT = Path(__file__).parents[1]


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def committed():
    """The committed params.yaml; skips where it, or the code, is edited here."""
    same = git("diff", "--quiet", "HEAD", "--", "params.yaml", "dvc.yaml", "digitforge", "stages")
    if same.returncode == 1:
        pytest.skip("params.yaml or code is edited: committed with what `dvc repro` then gives, it is judged")
    if same.returncode:
        pytest.skip("no git repository here, so nothing says which params.yaml is the committed one")
    return load_params(ROOT / "params.yaml")


@pytest.fixture(scope="module")
def recipes(committed):
    """Every stage's recipe by the committed code and settings."""
    return dict(make(committed, ROOT))


@pytest.fixture(scope="module")
def complete(committed, recipes):
    """The committed params.yaml; skips where dvc.lock lacks stages: reports are then of a run before."""
    lacking = [name for name in recipes if name not in last_run(ROOT)]
    if lacking:
        pytest.skip(f"{len(lacking)} of {len(recipes)} stages are not in dvc.lock: `dvc repro` runs {named(lacking)}")
    return committed


def test_no_stage_in_dvc_lock_ran_by_another_recipe(recipes):
    last = last_run(ROOT)
    assert {name: why for name, why in changes(recipes, last, ROOT).items() if name in last} == {}


def test_nothing_is_left_to_run(complete):
    """`dvc.lock` is what the committed code and settings give; an edited comment runs `recipes`, which finds that."""
    command = [sys.executable, "-m", "dvc", "repro", "--allow-missing", "--dry"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    left = set(re.findall(r"Running stage '(.*)'", done.stdout))
    assert left <= {"recipes"}, "`dvc repro` runs these; commit what it changes"


def test_dvc_lock_is_short():
    """DVC reads and writes all of it at each stage. What a stage has there is the code's to keep short, not a row's."""
    assert (ROOT / "dvc.lock").stat().st_size <= 800 * len(last_run(ROOT))
    assert len((ROOT / "dvc.yaml").read_text().splitlines()) <= 200


def test_the_reports_are_of_the_variants_of_params(committed):
    keys, again = set(committed.variants), committed.seeds.all_keys
    metrics = {path.name.removesuffix(".json") for path in (ROOT / "reports/metrics").glob("*.json")}
    measured = keys.union(again)
    assert metrics - {"judge", "peers"} == measured | {f"{key}.details" for key in measured}
    for kind in ("md", "html"):
        pages = {path.stem for path in (ROOT / "reports/cards").glob(f"*.{kind}")}
        assert pages in (keys, set()), kind


def test_the_index_and_the_cards_name_each_variant(complete):
    index = (ROOT / "reports/index.md").read_text(encoding="utf-8")
    for key, row in complete.variants.items():
        assert f"cards/{key}.md" in index
        assert row.title in (ROOT / f"reports/cards/{key}.md").read_text(encoding="utf-8")


def test_each_left_out_digit_has_its_metrics(committed):
    found = {path.name for path in (ROOT / "reports/metrics/leave_one_out").glob("*.json")}
    assert found == {f"{digit}.json" for digit in committed.leave_one_out.digits}


def test_every_text_is_of_a_variant_or_of_a_family(committed):
    assert {path.stem for path in TEXTS.glob("*.md")} <= set(committed.variants)
    assert {path.stem for path in (TEXTS / "families").glob("*.md")} <= set(FAMILIES)


def test_equations_of_autoencoders_are_of_the_pixels_that_they_are_trained_on(committed):
    rows = {key: row for key, row in committed.variants.items() if row.family == "autoencoder"}
    for key, row in rows.items():
        text = card_of(key, row.family)
        objective = " ".join(text.equations) if text else ""
        if r"\log \hat x" in objective:
            assert row.model.pixels == "bernoulli", key
        if r"\lVert x - \hat x" in objective:
            assert row.model.pixels in ("gaussian", "rectified"), key


def test_the_parameters_of_the_long_run_are_valid(committed):
    long = load_params(ROOT / "reports/long/params.yaml")
    assert set(long.variants) <= set(committed.variants)


# How far the judge can be trusted, on MNIST.

# Kinds of which some are digits after all, and how much of them may be accepted.
AFTER_ALL = {"top_on_bottom": 0.15, "left_by_right": 0.15, "diagonal_halves": 0.15, "scribbles": 0.06}
SEEN_AS_STRANGE = {"noise": 0.1, "faded": 0.1, "chimeras": 0.4}  # at full strength: the greatest precision


@pytest.fixture(scope="module")
def judged(committed):
    """What the committed reports/metrics/judge.json says; skips where it isn't there, or is of other images."""
    path = ROOT / "reports/metrics/judge.json"
    if not path.exists():
        pytest.skip("no reports/metrics/judge.json: `dvc repro judge` makes it")
    found = json.loads(path.read_text(encoding="utf-8"))
    if found["source"] != "mnist":
        pytest.skip(f"the judge is of {found['source']}: bounds are of mnist")
    return found


def test_every_verifier_has_its_metrics(judged):
    found = {path.stem for path in (ROOT / "reports/metrics/verifier").glob("*.json")}
    assert found == set(NAMES)
    assert judged["answers"] == 11


@pytest.mark.parametrize(("values", "accuracy"), [("float", 0.995), ("binary", 0.99)])
def test_the_judge_recognises_95_percent_of_real_digits_and_reads_them_right(judged, values, accuracy):
    assert 0.93 <= judged["real"][values]["recognised"] <= 0.97
    assert judged["real"][values]["accuracy"] >= accuracy


@pytest.mark.parametrize("kind", KINDS)
def test_the_judge_refuses_every_kind_of_non_digit(judged, kind):
    assert judged["kinds"][kind]["strict"] <= AFTER_ALL.get(kind, 0.05)


def test_the_judge_is_of_every_kind_and_says_which_it_knew(committed, judged):
    assert list(judged["kinds"]) == list(KINDS)
    learnt = {name for name, found in judged["kinds"].items() if found["known"]}
    assert learnt == set(committed.verifiers.strict.nondigits.kinds)
    unknown = set(KINDS) - learnt
    assert len(unknown) >= 10
    # Whichever of the two judges never saw a kind says what such a judge accepts of it.
    control = set(committed.verifiers.control.nondigits.kinds)
    assert {name for name, found in judged["kinds"].items() if found["left_out"] is None} == learnt & control


def test_two_judges_rank_the_variants_alike(committed, judged):
    assert list(judged["variants"]) == list(committed.variants)
    assert judged["rank_correlation"] >= 0.95


def test_every_variant_has_the_share_of_its_samples_that_is_recognised(committed, judged):
    for key in committed.variants:
        short, details = (
            json.loads((ROOT / f"reports/metrics/{key}{suffix}.json").read_text(encoding="utf-8"))
            for suffix in ("", ".details")
        )
        assert 0 <= short["samples"]["recognised"] <= 1, key
        assert 0.85 <= details["samples"]["real"]["recognised"]["value"] <= 0.99, key  # beside it


@pytest.mark.parametrize("metric", ["fid", "kid"])
@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_distances_grow_with_every_disturbance(judged, disturbance, metric):
    values = np.array(judged["features"][SEEN_BY][disturbance][metric])
    assert len(values) == len(LEVELS)
    assert np.all(np.diff(values) >= -0.01 * values.max())
    assert values[-1] > 10 * abs(values[0])


@pytest.mark.parametrize("disturbance", SEEN_AS_STRANGE)
def test_what_is_no_digit_is_not_precise(judged, disturbance):
    precision = judged["features"][SEEN_BY][disturbance]["precision"]
    assert precision[0] >= 0.99
    assert precision[-1] <= SEEN_AS_STRANGE[disturbance]
