import sys

import pytest

from digitforge.errors import UserError
from digitforge.runner import parallel
from tests import small

PARAMS = small.params()
# Stands in for `dvc repro`: writes the stage's name, and fails if it is "bad".
ECHO = [sys.executable, "-c", "import sys; print(sys.argv[-1]); sys.exit(sys.argv[-1] == 'bad')"]


def test_only_chains_with_something_to_do_are_run():
    assert parallel.chains(PARAMS, {"sample@rae", "detection@8", "report"}) == {
        "rae": ["train@rae", "sample@rae", "evaluate@rae"],
        "leave_one_out_8": ["leave_one_out@8", "detection@8"],
    }
    assert parallel.chains(PARAMS, {"track"}) == {}


def test_a_chain_ends_at_the_stage_that_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(parallel, "DVC", ECHO)
    assert parallel.reproduce(["a", "bad", "c"], tmp_path / "log").startswith("bad failed")
    assert (tmp_path / "log").read_text().split() == ["a", "bad"]
    assert parallel.reproduce(["a", "c"], tmp_path / "log").endswith(" s")
    assert (tmp_path / "log").read_text().split() == ["a", "c"]


@pytest.mark.parametrize("jobs", ["0", "65", "two", "-1", "1.5", ""])
def test_another_number_of_jobs_is_refused(jobs):
    with pytest.raises(UserError, match=r"JOBS: received .*; accepted: 1 to 64"):
        parallel.main(jobs)
