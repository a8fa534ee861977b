"""The workflow of GitHub: which Pythons it tests, and what its jobs may do."""

import re
import tomllib
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
WORKFLOW = YAML(typ="safe").load(ROOT / ".github/workflows/ci.yml")
JOBS = WORKFLOW["jobs"]


def test_every_accepted_python_runs_the_one_script():
    accepted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    first, end = (int(minor) for minor in re.fullmatch(r">=3\.(\d+),<3\.(\d+)", accepted).groups())
    assert JOBS["tests"]["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(first, end)]
    assert JOBS["tests"]["steps"][-1]["run"] == ".ci/run"


def test_jobs_may_do_no_more_than_they_need():
    assert set(WORKFLOW["on"]) == {"push", "pull_request"}  # never pull_request_target: it gives foreign code a token
    assert WORKFLOW["permissions"] == {"contents": "read"}
    written = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert written == {"metrics": {"contents": "read", "pull-requests": "write"}}
    steps = [step for job in JOBS.values() for step in job["steps"]]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    # What a pull request says of itself reaches a script as a variable, never as a part of it.
    assert not any("${{" in step.get("run", "") for step in steps)
