"""What holds for every stage file."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from digitforge.settings.params import read_yaml

ROOT = Path(__file__).parents[1]
STAGES = sorted(path.stem for path in (ROOT / "stages").glob("*.py") if path.stem != "__init__")
DVC = read_yaml(ROOT / "dvc.yaml")["stages"]


@cache
def loaded(stage):
    """The modules that a process has once it imported a stage, by their names: the files that they are from."""
    family = ", digitforge.models.vae" if stage in ("train", "sample", "leave_one_out") else ""
    code = f"import json, sys, stages.{stage}{family}; print(json.dumps("
    code += "{name: getattr(module, '__file__', None) for name, module in list(sys.modules.items())}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_a_file_in_stages_is_a_stage_and_the_other_way_round():
    assert sorted(DVC) == STAGES


@pytest.mark.parametrize(
    "stage", ["check", "download", "stack", "ood", "reference", "evaluate", "detection", "plots", "report", "track"]
)
def test_stages_without_models_start_without_tensorflow(stage):
    assert not {"tensorflow", "keras"} & set(loaded(stage))


@pytest.mark.parametrize(
    ("library", "only"),
    [
        ("mlflow", {"stages/pipeline/tracking.py", "stages/pipeline/registry.py", "digitforge/serving.py"}),
        ("tensorflow_probability", {"digitforge/nn/distributions.py"}),
    ],
)
def test_few_files_import(library, only):
    importers = set()
    for path in [*(ROOT / "stages").rglob("*.py"), *(ROOT / "digitforge").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == library for name in names):
                importers.add(str(path.relative_to(ROOT)))
    assert importers == only


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_a_missing_argument_is_one_line(arguments):
    command = [sys.executable, "-m", "stages.evaluate", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr == f"error: received {len(arguments)} arguments; accepted: the key of a variant\n"


@pytest.mark.parametrize("stage", STAGES)
def test_dvc_names_the_code_that_a_stage_imports(stage):
    """The project's own modules that a stage loads are its deps, but for the plumbing that no result depends on."""
    own = {str(Path(path).relative_to(ROOT)) for name, path in loaded(stage).items() if name.startswith("stages.")}
    definition = DVC[stage].get("do", DVC[stage])
    deps = {dep.replace("${item.family}", "vae") for dep in definition["deps"]}
    plumbing = {path for path in own if path.startswith("stages/pipeline/") or path.endswith("/__init__.py")}
    # Names and shapes for validating params.yaml; a change there can't change a result unnoticed.
    plumbing |= {"digitforge/data/sources.py", "digitforge/data/stacked.py"}
    missing = {path for path in own - deps - plumbing if not any(path.startswith(f"{dep}/") for dep in deps)}
    assert missing == set()
