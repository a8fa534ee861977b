from digitforge.tracking.experiments import compare

HEAD = "Experiment,rev,typ,Created,parent,State,Executor,reports/metrics/a.json:samples.fid,seed\n"


def test_only_what_differs_is_shown():
    rows = ",workspace,baseline,,,,,1.0,1\nwarm-cat,123456789,branch_base,now,,Success,,0.5,1\n"
    assert compare(HEAD + rows).splitlines() == [
        "Experiment      workspa  warm-cat",
        "a: samples.fid      1.0       0.5",
    ]


def test_experiments_without_results_are_named_with_their_state():
    rows = (
        ",workspace,baseline,,,,,1.0,1\n"
        "warm-cat,1,branch_base,now,,Failed,,1.0,2\n"
        ",4567890123,branch_base,now,,Queued,,,3\n"
        "cold-dog,2,branch_base,now,,Running,,1.0,4\n"
    )
    assert compare(HEAD + rows).splitlines() == [
        "No experiment differs from HEAD. `dvc exp run -S seed=2`, say, makes one.",
        "warm-cat: failed, no results",
        "4567890: queued, no results",
        "cold-dog: running, no results",
    ]
