"""`digitforge tune` for real, on a tiny row; each test starts where the last one ended."""

COMMAND = ("untrained", "--metric", "samples.fid", "--trials", "4", "--jobs", "2")


def test_a_study_runs(tiny):
    code, said = tiny.tune(*COMMAND)
    print(said)
    assert code == 0, said
