"""What holds for every stage file."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
STAGES = sorted(path.stem for path in (ROOT / "stages").glob("*.py") if path.stem != "__init__")
DVC = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


def test_a_file_in_stages_is_a_stage_and_the_other_way_round():
    assert STAGES == sorted(DVC)


@pytest.mark.parametrize("stage", ["check", "download", "stack", "evaluate", "report", "track"])
def test_stages_without_models_start_without_tensorflow(stage):
    code = f"import sys, stages.{stage}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("stage", STAGES)
def test_dvc_names_the_code_that_a_stage_imports(stage):
    """The project's own modules that a stage loads are its deps, but for the plumbing that no result depends on."""
    family = {"train": ", stages.models.vae", "sample": ", stages.models.vae"}.get(stage, "")
    code = f"import sys, stages.{stage}{family}; print(*(m.__file__ for m in list(sys.modules.values()) if "
    code += "getattr(m, '__name__', '').startswith('stages.')))"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    loaded = {str(Path(path).relative_to(ROOT)) for path in output.split()}
    definition = DVC[stage].get("do", DVC[stage])
    deps = {dep.replace("${item.family}", "vae") for dep in definition["deps"]}
    plumbing = {path for path in loaded if path.startswith("stages/pipeline/") or path.endswith("/__init__.py")}
    # Names and shapes for validating params.yaml; a change there can't change a result unnoticed.
    plumbing |= {"stages/data/sources.py", "stages/data/stacked.py"}
    # `train` imports what the trained model needs for scoring; only `sample` runs it.
    plumbing |= {"stages/metrics/likelihood.py"} if stage == "train" else set()
    missing = {path for path in loaded - deps - plumbing if not any(path.startswith(f"{dep}/") for dep in deps)}
    assert missing == set()
