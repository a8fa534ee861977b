import pytest

from digitforge import files
from digitforge.tracking.champions import champions
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
    assert champions(params, tmp_path) == {"vae": "vae_beta", "autoencoder": "rae"}


def test_a_rule_may_want_the_highest(params, tmp_path):
    measured(tmp_path, vae_dense=4.0, vae_beta=3.0)
    rules = params.tracking.champion
    rules["vae"] = rules["vae"].model_copy(update={"best": "highest"})
    assert champions(params, tmp_path) == {"vae": "vae_dense"}


def test_a_family_without_the_metric_has_no_champion(params, tmp_path):
    for key in params.variants:
        files.write_json(tmp_path / files.METRICS / f"{key}.json", {"reconstruction": {"mse": 0.1}})
    assert champions(params, tmp_path) == {}
    assert champions(params, tmp_path / "nowhere") == {}
