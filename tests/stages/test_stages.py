"""What holds for every stage file."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from digitforge.settings.params import read_yaml
from digitforge.settings.seeds import kind

ROOT = Path(__file__).parents[2]
STAGES = sorted(path.stem for path in (ROOT / "stages").glob("*.py") if path.stem != "__init__")
DVC = read_yaml(ROOT / "dvc.yaml")["stages"]


def loaded(stage):
    """The modules that a process has once it imported a stage."""
    code = f"import sys, stages.{stage}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_a_file_in_stages_is_a_stage_and_the_other_way_round():
    assert sorted({kind(name) for name in DVC}) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_calls_and_writes_in_60_lines(stage):
    assert len((ROOT / "stages" / f"{stage}.py").read_text().splitlines()) <= 60


@pytest.mark.parametrize(
    "stage",
    ["recipes", "download", "stack", "ood", "reference", "evaluate", "detection", "judge", "plots", "report", "track"],
)
def test_stages_without_models_start_without_tensorflow(stage):
    assert not {"tensorflow", "keras"} & loaded(stage)


@pytest.mark.parametrize(
    ("library", "only"),
    [
        (
            "mlflow",
            {
                "digitforge/tracking/runs.py",
                "digitforge/tracking/registry.py",
                "digitforge/tracking/founding.py",
                "digitforge/serving.py",
            },
        ),
        ("tensorflow_probability", {"digitforge/nn/backend.py"}),
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
