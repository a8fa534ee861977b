"""Recipes of the project's own stages, and what edits of settings and of code do to them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digitforge import files
from digitforge.errors import UserError
from digitforge.settings.judges import NAMES
from digitforge.settings.outputs import copy_of
from digitforge.settings.params import parse
from digitforge.settings.plan import changes, named, plan
from digitforge.settings.recipe import Recipe, look_up, path_of
from digitforge.settings.recipes import make
from tests import small

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """The project's dvc.yaml and code, to edit."""
    for name in ("digitforge", "stages"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    return tmp_path


def made(root, **changes):
    """{stage@key: recipe} of tests/params.yaml with other settings at dotted paths (dots are written __)."""
    content = small.content()
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = look_up(content, ".".join(parents)) if parents else content
        place[last] = value
    return dict(make(parse(content), root))


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def differ(a, b):
    """Names of the recipes that differ."""
    assert a.keys() == b.keys()
    return {name for name in a if a[name] != b[name]}


def of_stage(names, *stages):
    return {name for name in names if name.split("@")[0] in stages}


def test_every_instance_of_every_stage_has_one():
    names = set(made(ROOT))
    variants = small.content()["variants"]
    assert of_stage(names, "train") == {f"train@{key}" for key in variants}
    assert of_stage(names, "stack") == {
        f"stack@{channels}-{values}-{digits}"
        for channels in ("mono", "color")
        for values in ("binary", "float")
        for digits in ("complete", "missing")
    }
    assert of_stage(names, "verifier") == set(VERIFIERS)
    assert {
        "download",
        "nondigits",
        "disturbances",
        "judge",
        "report",
        "track",
        "leave_one_out@8",
        "detection@8",
    } <= names
    assert "recipes" not in names


def test_a_stage_gets_its_settings_and_no_others():
    recipe = made(ROOT)["train@vae_beta"]
    row = small.content()["variants"]["vae_beta"]
    assert recipe["variant.model"] == row["model"]
    assert recipe["variant.fit.optimizer"] == {"name": "adam", "momentum": 0.9}
    for path in ("variant.title", "variant.sample", "evaluation", "tracking", "data.source"):
        with pytest.raises(UserError, match=path):
            recipe[path]
    modes = made(ROOT)["reference"]["variants.data"]
    assert modes == sorted({row["data"] for row in small.content()["variants"].values()})


VERIFIERS = [f"verifier@{name}" for name in NAMES]
EVERY_TRAINING = {f"train@{key}" for key in small.content()["variants"]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"variants__vae_beta__title": "x"}, {"judge", "report", "plots", "track"}),
        ({"variants__vae_beta__fit": small.fit(steps=7)}, {"train@vae_beta", "judge", "report", "plots", "track"}),
        ({"variants__vae_beta__sample": small.FROM_MIXTURE}, {"sample@vae_beta", "judge", "report", "plots", "track"}),
        ({"tracking__experiment": "other"}, {"track"}),
        ({"max_epochs": 41}, {*VERIFIERS, "leave_one_out@8", "report", *EVERY_TRAINING}),
        ({"verifiers__plain__fit": small.fit(steps=7)}, {"verifier@plain", "report"}),
        ({"verifiers__strict__nondigits__kinds": ["noise"]}, {"verifier@strict", "judge", "report"}),
        ({"verifiers__control__nondigits__per_digit": 0.25}, {"verifier@control", "judge", "report"}),
        ({"evaluation__tolerance__mono": 0.7}, {"judge", "report"}),
        ({"tune": {"vae_beta": {"model.code": {"low": 2, "high": 8}}}}, set()),
    ],
    ids=["title", "steps", "sampler", "experiment", "epochs", "verifier", "kinds", "per digit", "tolerance", "tune"],
)
def test_an_edited_setting_changes_the_recipes_that_have_it(change, expected):
    named = differ(made(ROOT), made(ROOT, **change))
    # Rows are in the thresholds of `evaluate` too.
    assert named - of_stage(named, "evaluate") == expected


def test_a_number_that_a_mode_does_not_use_changes_nothing_of_it():
    modes = {key: row["data"] for key, row in small.content()["variants"].items()}
    named = differ(made(ROOT), made(ROOT, data__missing_digit=3))
    assert of_stage(named, "train", "stack") == {
        *(f"train@{key}" for key, mode in modes.items() if "missing" in mode),
        *(name for name in made(ROOT) if name.startswith("stack@") and "missing" in name),
    }
    named = differ(made(ROOT), made(ROOT, evaluation__samples__color=400))
    assert of_stage(named, "sample") == {f"sample@{key}" for key, mode in modes.items() if "color" in mode}


SEEDS = {"rows": ["vae_beta", "ae_stacked"], "values": [2, 3]}


def test_a_row_from_another_seed_has_the_recipes_of_the_row_but_for_the_seed():
    before, after = made(ROOT), made(ROOT, seeds=SEEDS)
    new = after.keys() - before.keys()
    keys = [f"{row}-{seed}" for row in SEEDS["rows"] for seed in SEEDS["values"]]
    assert new == {f"{stage}_again@{key}" for stage in ("train", "sample", "evaluate") for key in keys}
    for stage in ("train", "sample", "evaluate"):
        own, again = after[f"{stage}@vae_beta"], after[f"{stage}_again@vae_beta-3"]
        assert again == Recipe(stage, "vae_beta-3", own.settings | {"seed": 3}, own.code)
    assert after["sample_again@ae_stacked-2"]["evaluation.samples.color"] == 300
    # Neither the rows' own stages nor those of others run again.
    assert {name for name in before if before[name] != after[name]} == {"report", "track"}


def test_another_seed_more_touches_no_other():
    two, three = made(ROOT, seeds=SEEDS), made(ROOT, seeds=SEEDS | {"values": [2, 3, 4]})
    assert {name for name in two if two[name] != three[name]} == {"report", "track"}
    # `seed` is the rows' own, and that of all else.
    named = differ(two, made(ROOT, seeds=SEEDS, seed=9))
    assert {"train@vae_beta", "verifier@strict"} <= named
    assert not {name for name in named if "_again@" in name}


MEASURED = ("reference", "report", "plots", "track")
OF_ALL = ("report", "plots", "track")  # stages that read whole rows, and metrics


@pytest.mark.parametrize(
    ("file", "old", "new", "stages"),
    [
        ("digitforge/models/vae.py", "class Vae(", "# of the paper\nclass Vae(", set()),
        ("digitforge/models/vae.py", "class Vae(", "LIMIT = 1\n\n\nclass Vae(", {"train", "sample", "leave_one_out"}),
        (
            "digitforge/nn/penalties.py",
            "PENALTIES:",
            "LIMIT = 1\nPENALTIES:",
            {"train", "sample", "report", "plots", "track"},
        ),
        (
            "digitforge/metrics/distances.py",
            "def ",
            "LIMIT = 1\n\n\ndef ",
            {"evaluate", "reference", "disturbances", "judge", *OF_ALL},
        ),
        (
            "digitforge/metrics/anomaly.py",
            "def ",
            "LIMIT = 1\n\n\ndef ",
            {"evaluate", "detection", "reference", *OF_ALL},
        ),
        (
            "digitforge/data/nondigits/damages.py",
            "def blocks_shuffled",
            "LIMIT = 1\n\n\ndef blocks_shuffled",
            {"verifier", "nondigits", "report", "track"},
        ),
        (
            "digitforge/data/nondigits/disturbances.py",
            "LEVELS =",
            "LIMIT = 1\nLEVELS =",
            {"nondigits", "disturbances", "judge", "report"},
        ),
        ("digitforge/protocol/trust.py", "DISTURBED =", "LIMIT = 1\nDISTURBED =", {"disturbances", "judge"}),
        ("digitforge/report/colors.py", "BLUE", "LIMIT = 1\nBLUE", {"report", "plots"}),
        ("digitforge/report/texts/vae_dense.md", "\n", "\nMore.\n", {"report", "plots"}),
        ("digitforge/tracking/runs.py", "BATCH =", "LIMIT = 1\nBATCH =", {"track"}),
    ],
    ids=[
        "comment",
        "family",
        "penalty",
        "metric",
        "detection",
        "kinds",
        "disturbances",
        "trust",
        "color",
        "text",
        "tracking",
    ],
)
def test_edited_code_changes_the_recipes_of_the_stages_that_run_it(project, file, old, new, stages):
    before = made(project)
    edit(project / file, old, new)
    found = differ(before, made(project))
    assert {name.split("@")[0] for name in found} == stages


def test_a_family_is_the_business_of_its_own_variants(project):
    before = made(project)
    edit(project / "digitforge/models/vae.py", "class Vae(", "LIMIT = 1\n\n\nclass Vae(")
    families = {key: row["family"] for key, row in small.content()["variants"].items()}
    trained = of_stage(differ(before, made(project)), "train")
    assert trained == {f"train@{key}" for key, family in families.items() if family == "vae"}


def test_a_recipe_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = made(ROOT)["train@vae_beta"]
    files.write_json(path_of("train", "vae_beta"), recipe.to_json())
    assert Recipe.read("train", "vae_beta") == recipe
    with pytest.raises(UserError, match=r"train: received 'nope'; accepted: vae_beta$"):
        Recipe.read("train", "nope")
    with pytest.raises(UserError, match=r"nondigits: received None; accepted: a project where `dvc repro recipes` has"):
        Recipe.read("nondigits")


def test_the_fingerprint_follows_recipe_and_data(tmp_path):
    recipes, data = made(ROOT), tmp_path / "data.npz"
    data.write_text("a")
    first = recipes["train@vae_beta"].fingerprint(data)
    assert first == made(ROOT)["train@vae_beta"].fingerprint(data)
    assert first != recipes["train@vae_iwae"].fingerprint(data)
    assert first != made(ROOT, seed=2)["train@vae_beta"].fingerprint(data)
    data.write_text("b")
    assert first != recipes["train@vae_beta"].fingerprint(data)


LOCK = """
stages:
  train@a: {deps: [{path: artifacts/recipes/train/a.json, md5: %s}], outs: [{path: artifacts/models/a}]}
  train@b: {deps: [{path: artifacts/recipes/train/b.json, md5: "0"}], outs: [{path: artifacts/models/b}]}
  sample@a: {deps: [{path: artifacts/models/a}], outs: [{path: artifacts/samples/a.npz}]}
  sample@b: {deps: [{path: artifacts/models/b}], outs: [{path: artifacts/samples/b.npz}]}
  report: {deps: [{path: artifacts/samples}], outs: [{path: reports/index.md}]}
  track: {deps: [{path: artifacts/recipes}, {path: artifacts/recipes/track.json, md5: "0"}, {path: reports}], outs: []}
"""


def test_the_plan_says_what_changed_and_what_follows(tmp_path):
    old = Recipe("train", "a", {"variant": {"model": {"beta": 1.0, "code": 5}}}, {"x.py": "1", "gone.py": "1"})
    new = Recipe(
        "train", "a", {"variant": {"model": {"beta": 4.0, "code": 5, "new": None}}}, {"x.py": "2", "y.py": "1"}
    )
    text = files.as_json(old.to_json())
    md5 = files.md5(text)
    cached = tmp_path / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    files.write_text(cached, text)
    (tmp_path / "dvc.lock").write_text(LOCK % md5)
    lines = list(plan({"train@a": new}, tmp_path))
    assert lines == [
        "train@a: model.beta 1.0 -> 4.0",
        "train@a: model.new is new",
        "train@a: gone.py is no longer in it",
        "train@a: x.py was edited",
        "train@a: y.py is new in it",
        "then, if results change: sample@a, report, track",
        "no longer in params.yaml: report, sample@a, sample@b, track, train@b; `make tidy` deletes what they left",
    ]
    track = Recipe("track", None, {}, {})
    assert "track: its recipe changed" in list(plan({"train@a": new, "track": track}, tmp_path))
    cached.unlink()
    assert next(iter(plan({"train@a": new}, tmp_path))) == "train@a: its recipe changed"
    assert next(iter(plan({"train@a": old}, tmp_path))) == "every stage's recipe is that of its last run"


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD\nstages:\n", "stages:\n", "[]"])
def test_a_damaged_lock_is_planned_without(tmp_path, text):
    (tmp_path / "dvc.lock").write_text(text)
    assert list(plan({"train@a": Recipe("train", "a", {}, {})}, tmp_path)) == ["not run yet: train@a"]


def test_many_stages_share_a_line():
    names = [f"train@v{i}" for i in range(5)] + ["sample@a"]
    assert named(names) == "train of 5 (v0, v1, v2, ...), sample@a"


def test_the_plan_of_a_fresh_clone_is_everything(tmp_path):
    recipes = made(ROOT)
    assert set(changes(recipes, {}, tmp_path)) == set(recipes)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "digitforge/models/vae.py",
            "class Vae(",
            "class Vae((",
            r"vae\.py, line \d+: received code",
        ),
        (
            "stages/train.py",
            '"variant.fit"',
            '"variant.fits"',
            r"train\.py: received 'variants\.\w+\.fits'",
        ),
        (
            "stages/train.py",
            "{variant.family}",
            "{variant.famly}",
            r"train\.py: received 'variant\.famly'",
        ),
        (
            "dvc.yaml",
            "  plots:\n    desc",
            "  plot:\n    desc",
            r"dvc\.yaml: received the stage plot;",
        ),
    ],
    ids=["syntax", "setting", "module", "stage"],
)
def test_a_slip_in_the_code_is_one_line(project, file, old, new, message):
    edit(project / file, old, new)
    with pytest.raises(UserError, match=message) as error:
        made(project)
    assert "\n" not in str(error.value)


def test_a_damaged_recipe_and_an_undeclared_setting_are_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.write_text(path_of("verifier", "strict"), "{")
    with pytest.raises(UserError, match=r"strict\.json: received no recipe; `dvc repro -f -s recipes` makes it anew"):
        Recipe.read("verifier", "strict")
    with pytest.raises(UserError, match=r"train@a: received the setting 'x\.y'; accepted: what SETT"):
        Recipe("train", "a", {}, {})["x.y"]


def test_planning_writes_nothing_and_bad_arguments_are_one_line(project):
    content = small.content()
    (project / "params.yaml").write_text(json.dumps(content))
    for arguments, code in ((["--plan"], 0), (["--plans"], 2)):
        command = [sys.executable, "-m", "stages.recipes", *arguments]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert done.stderr == ("" if code == 0 else "error: recipes: received --plans; accepted: nothing, or --plan\n")
    assert not (project / "artifacts").exists()


@pytest.mark.parametrize("content", ["", "[1]", "{}", "5", '{"settings": 1}'])
def test_a_damaged_recipe_in_dvc_s_cache_costs_the_details_alone(tmp_path, content):
    recipe = Recipe("train", "a", {"seed": 1}, {})
    last = {"train@a": {"deps": [{"path": path_of("train", "a").as_posix(), "md5": "0" * 32}], "outs": []}}
    files.write_text(copy_of("0" * 32, tmp_path), content)
    assert changes({"train@a": recipe}, last, tmp_path) == {"train@a": ["its recipe changed"]}
