"""The project in a temporary clone, on a small configuration."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from mlflow import MlflowClient
from ruamel.yaml import YAML

from tests import small

ROOT = Path(__file__).parents[1]
CONTENT = small.content()
RULE = {"metric": "samples.fid", "data": "mono-binary-missing"}
# The rows that are worth training: of stacks, without a digit, and of a family without encoder; one from two seeds.
SMALL = CONTENT | {
    "seeds": {"rows": ["ae_small"], "values": [2]},
    "tracking": CONTENT["tracking"] | {"champion": {"autoencoder": RULE}},
    "variants": {key: CONTENT["variants"][key] for key in ("ae_small", "vae_small", "gan_small")},
}


EXPECT = """
import sys
from pathlib import Path
from benchmarks.pipeline import graph_in
from digitforge import files
from digitforge.runner.durations import KEPT
files.write_json(files.scratch() / KEPT, dict.fromkeys(graph_in(Path()), float(sys.argv[1])))
"""


class Project:
    """A clone with its own DVC cache and MLflow store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = f"sqlite:///{root / 'mlflow.db'}"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        hidden = ("DIGITFORGE_MNIST", "MLFLOW_TRACKING_URI", "DVC_ROOT", "KERAS_HOME")
        self.env = {name: value for name, value in os.environ.items() if name not in hidden}
        self.env |= {"PATH": path, "HOME": str(root)}  # no caches of Keras or torchvision there

    def run(self, *command: str, code: int = 0) -> str:
        """Run a command in the clone -> its output; its exit code must be `code`."""
        result = subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)
        output = result.stdout + result.stderr
        assert result.returncode == code, f"{' '.join(command)} ended with {result.returncode}:\n{output}"
        return output

    def dvc(self, *arguments: str, code: int = 0) -> str:
        return self.run(sys.executable, "-m", "dvc", *arguments, code=code)

    def expect(self, seconds: float) -> None:
        """Have `digitforge run` reckon with so many seconds of each stage; of a few, no early reports are due."""
        self.run(sys.executable, "-c", EXPECT, str(seconds))

    def plan(self) -> str:
        """What `make plan` says."""
        return self.run(sys.executable, "-m", "stages.recipes", "--plan")

    def write_params(self, **changes) -> None:
        # In block style, as people write it: what `dvc exp run -S` makes of JSON has no quotes, and no URLs any more.
        YAML().dump(json.loads(json.dumps({**SMALL, **changes})), self.root / "params.yaml")

    def metrics(self, name: str) -> dict:
        return json.loads((self.root / f"reports/metrics/{name}.json").read_text())

    def commit(self, message: str) -> None:
        self.run("git", "add", "-A")
        self.run("git", "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--allow-empty", "-qm", message)

    def runs(self):
        client = MlflowClient(self.store)
        experiment = client.get_experiment_by_name("small")
        # The newest run of a name comes last, and stays.
        found = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
        return {run.info.run_name: run for run in found if "study" not in run.data.tags}, client


def cloned(root):
    """The working tree's files in a fresh git repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and name != "dvc.lock" and not name.startswith("reports/"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    made = Project(root)
    made.run("git", "init", "-q")
    return made


def named_in(plan: str) -> set[str]:
    """The stages that a plan says an edit runs again."""
    parts = [line.split(": ")[0] for line in plan.splitlines() if not line.startswith(("then", "no longer", "every"))]
    return {name for part in parts for name in part.split(", ")}
