import pytest

from benchmarks.watch import watch
from tests.runner.pipeline import Pipeline


def test_a_run_is_watched_job_by_job(tmp_path):
    pipeline = Pipeline(tmp_path)
    (pipeline.root / "go").touch()
    with pytest.raises(SystemExit, match="bad: a is no b"):
        watch(1, pipeline.root, pipeline.env)
    (pipeline.root / "mended").touch()
    found = watch(1, pipeline.root, pipeline.env)
    taken = found.taken()
    assert list(taken) == ["bad", "after"]
    assert all(job["processor_seconds"] > 0 for job in taken.values())
    assert found.begun.seconds + sum(job["seconds"] for job in taken.values()) == pytest.approx(found.jobs[-1].seconds)
    assert found.jobs[-1].seconds < found.ended.seconds
    assert found.facts({"after"})["around"] > found.begun.seconds
    assert all(-0.01 <= share <= 1.01 for share in found.idle({"after"}))
