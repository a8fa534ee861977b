"""The wheel, installed apart from the project: what is in it, and that it finds a project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
UNCOMPILED = shutil.ignore_patterns("__pycache__")


def run(*command, code=0, **options):
    """Run a command -> what it printed; its exit code must be `code`."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of a copy of the sources, since building writes beside them."""
    sources, made = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for package in ("digitforge", "stages"):
        shutil.copytree(ROOT / package, sources / package, ignore=UNCOMPILED)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(made)]
    run(sys.executable, "-m", "pip", "wheel", *options, str(sources))
    [found] = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Runs Python with the wheel installed in a folder of its own -> what it printed."""
    site = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-index", "--target", str(site)]
    run(sys.executable, "-m", "pip", "install", *options, str(wheel))

    def python(*arguments, cwd, code=0, **environment):
        outside = {name: value for name, value in os.environ.items() if name != "DIGITFORGE_PROJECT"}
        env = outside | environment | {"PYTHONPATH": str(site)}
        return run(sys.executable, *arguments, cwd=cwd, env=env, code=code)

    return python


def test_all_files_of_the_package_are_in_it_and_no_other_package(wheel):
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {path for path in (ROOT / "digitforge").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert held == {path.relative_to(ROOT).as_posix() for path in files}


def test_it_finds_a_project_by_the_working_folder_or_the_variable(installed, project, tmp_path):
    command = ["-m", "digitforge", "variants"]
    keys = "tiny\nlabelled\ngame\n"
    assert installed(*command, cwd=project / "artifacts") == keys
    assert installed(*command, cwd=tmp_path, DIGITFORGE_PROJECT=str(project)) == keys
    said = installed(*command, cwd=tmp_path, code=2)
    assert said.startswith(f"error: {tmp_path}: no project here or in a folder above; accepted: ")
    assert "DIGITFORGE_PROJECT" in said
    assert said.count("\n") == 1


def test_it_needs_no_project_to_say_what_it_can(installed, tmp_path):
    assert "sample" in installed("-m", "digitforge", "--help", cwd=tmp_path)
    code = "import digitforge; print(digitforge.__file__)"
    assert str(ROOT) not in installed("-c", code, cwd=tmp_path)


def test_its_pages_have_their_templates(installed, tmp_path):
    code = "from digitforge.report.rendering import TEMPLATES; print(*(path.name for path in TEMPLATES.iterdir()))"
    held = {path.name for path in (ROOT / "digitforge/report/templates").iterdir()}
    assert set(installed("-c", code, cwd=tmp_path).split()) == held


def test_a_served_model_brings_it_along_from_where_it_lies(installed, tmp_path):
    code = "from digitforge.tracking.registry import PACKAGE; print(PACKAGE, (PACKAGE / 'serving.py').exists())"
    place, there = installed("-c", code, cwd=tmp_path).split()
    assert there == "True"
    assert not place.startswith(str(ROOT))
