import json

import pytest

from benchmarks.__main__ import CONTESTED, plainly
from benchmarks.jobs import FILE, jobs
from benchmarks.networks import pictures, sample_operations, step_operations
from benchmarks.page import result_file
from digitforge.errors import UserError
from digitforge.models import build
from tests import small

MEASURED = json.loads(result_file("speed").read_text())["networks"]


def test_every_job_is_contested_and_measured():
    assert list(jobs()) == list(CONTESTED) == list(MEASURED)


@pytest.mark.parametrize("name", CONTESTED)
def test_the_committed_results_are_of_the_jobs_networks(name):
    job, measured = jobs()[name], MEASURED[name]
    assert json.loads(json.dumps(job)) == job
    assert pictures(job["shape"], 3).shape == (3, *job["shape"])
    model = build(job["family"], tuple(job["shape"]), job["model"], seed=1)
    assert model.count_params() == measured["weights"]
    assert step_operations(model) == measured["operations"]
    assert sample_operations(model) == measured["sample_operations"]
    assert job["fit"]["batch"] == measured["batch"]


@pytest.mark.parametrize("job", jobs().values(), ids=CONTESTED)
def test_everybody_trains_by_plain_adam(job):
    fit = plainly(job)["fit"]
    assert fit == small.fit(**{name: fit[name] for name in ("steps", "batch", "learning_rate")}) | {"devices": "one"}


def test_a_mistake_in_the_jobs_is_one_line(tmp_path):
    path = tmp_path / "jobs.yaml"
    path.write_text(FILE.read_text().replace("batch: 128", "batch: 0"))
    with pytest.raises(UserError, match=r"jobs.yaml: vae_tril\..*fit\.batch: received 0"):
        jobs(path)
