"""A project with one row that can be tuned in seconds, in a copy of the tiny project."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.models.verifiers import Verifiers
from digitforge.settings.params import read_yaml

ROOT = Path(__file__).parents[2]
SPACE = """
tune:   # what may change
  untrained:
    fit.learning_rate: {low: 0.001, high: 0.03, log: true}
    fit.optimizer.momentum: {choices: [0.9, 1.0]}    # by 1, Adam divides by 0
    model.code: {low: 2, high: 4}
    fit.batch: {choices: [10, 20]}
"""


class Tiny:
    """The project in a folder, and its command line."""

    def __init__(self, root: Path) -> None:
        self.root = root
        hidden = ("DVC_ROOT", "MLFLOW_TRACKING_URI")
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"PYTHONPATH": str(ROOT), "HOME": str(root)}
        self.command = [sys.executable, "-m", "digitforge.command", "tune"]

    def start(self, *options: str) -> subprocess.Popen[str]:
        """`digitforge tune`, in the background and in a group of its own, as a terminal has it."""
        return subprocess.Popen(
            [*self.command, *options],
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            start_new_session=True,
        )

    def tune(self, *options: str) -> tuple[int, str]:
        """`digitforge tune` -> exit code, and what it said."""
        process = self.start(*options)
        said = process.communicate()[0]
        return process.returncode, said


def write_features() -> None:
    """What stage `features` writes, of the tiny project's training images, and where each image of its data is."""
    mode = Mode.parse("mono-float-complete")
    data = Dataset.read(mode)
    Dataset(mode, data.source, data.arrays | {"digits_train": np.arange(len(data["x_train"]))[:, None]}).write()
    files.write_npz(files.FEATURES / "float.npz", train=Verifiers().read(data["x_train"])["features"][:, 0])


@pytest.fixture(scope="module")
def tiny(project, tmp_path_factory):
    root = tmp_path_factory.mktemp("tuned") / "project"
    shutil.copytree(project, root)
    with chdir(root):
        write_features()
        content = read_yaml("params.yaml")
        with Path("params.yaml").open("w") as params:
            YAML().dump(content, params)
            params.write(SPACE)
    return Tiny(root)
