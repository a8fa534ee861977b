import pytest

from digitforge import files
from digitforge.protocol.champions import champions
from tests import small


@pytest.fixture
def params():
    return small.params()


def measured(root, **distances):
    for key, fid in distances.items():
        files.write_json(root / files.METRICS / f"{key}.json", {"samples": {"fid": fid}})


def test_the_lowest_distance_of_each_family_wins(params, tmp_path):
    measured(tmp_path, vae_dense=4.0, vae_beta=3.0, rae=1.0, ae_sparse=2.0, vae_mixture=0.1)
    # vae_mixture is of thresholded digits, and the rule is over grey ones.
    assert champions(params.variants, params.tracking.champion, tmp_path) == {"vae": "vae_beta", "autoencoder": "rae"}


def test_the_metric_knows_that_higher_is_better(params, tmp_path):
    for key, recall in {"vae_dense": 0.4, "vae_beta": 0.3}.items():
        files.write_json(tmp_path / files.METRICS / f"{key}.json", {"samples": {"recall": recall}})
    rules = params.tracking.champion
    rules["vae"] = rules["vae"].model_copy(update={"metric": "samples.recall"})
    assert champions(params.variants, params.tracking.champion, tmp_path) == {"vae": "vae_dense"}


def test_a_family_without_the_metric_has_no_champion(params, tmp_path):
    for key in params.variants:
        files.write_json(tmp_path / files.METRICS / f"{key}.json", {"reconstruction": {"mse": 0.1}})
    assert champions(params.variants, params.tracking.champion, tmp_path) == {}
    assert champions(params.variants, params.tracking.champion, tmp_path / "nowhere") == {}


def test_a_family_without_a_rule_has_no_champion(params, tmp_path):
    measured(tmp_path, vae_dense=4.0, rae=1.0)
    rules = {"vae": params.tracking.champion["vae"]}
    assert champions(params.variants, rules, tmp_path) == {"vae": "vae_dense"}
