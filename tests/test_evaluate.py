import numpy as np
import pytest

from stages.evaluate import evaluate, significant
from stages.pipeline.params import load_params

PARAMS = load_params()
RNG = np.random.default_rng(0)


def arrays(mode, count=40):
    channels = 3 if "color" in mode else 1
    labels = np.arange(count) % 10**channels
    images = RNG.integers(0, 256, (count, 28, 28, channels)).astype(np.uint8)
    digits = np.stack([labels // 10**place % 10 for place in range(channels)], axis=1)
    perfect = np.eye(10)[digits]
    data = {"x_test": images, "y_test": labels}
    found = {
        "reconstructions": images,
        "reconstruction_probabilities": perfect,
        "samples": images,
        "sample_probabilities": perfect,
    }
    return data, found


def test_a_perfect_autoencoder():
    data, found = arrays("mono-binary-complete")
    assert evaluate(data, found, "mono-binary-complete", PARAMS) == {
        "reconstruction": {"predictability": 1, "accuracy": 1, "coverage": 1, "mse": 0, "psnr_db": 100},
        "samples": {"predictability": 1, "coverage": 1},
    }


def test_groups_are_there_only_where_they_apply():
    data, found = arrays("color-float-missing")
    found |= {"reconstruction_nats": np.full(40, 80.0), "kl_nats": np.full(40, 20.0)}
    found["anomaly_scores"] = (data["y_test"] % 10 == 8) * 1.0
    groups = evaluate(data, found, "color-float-missing", PARAMS)
    assert groups["likelihood"] == {"elbo_nats": -100, "data": "grey"}
    assert groups["anomaly"] == {"auroc": 1, "average_precision": 1}


def test_anomalies_need_the_digit_in_the_test_split():
    data, found = arrays("mono-float-missing")
    found["anomaly_scores"] = np.zeros(40)
    data["y_test"] = np.zeros(40, int)
    assert "anomaly" not in evaluate(data, found, "mono-float-missing", PARAMS)


def test_tolerance_depends_on_the_channels():
    data, found = arrays("mono-binary-complete")
    found["sample_probabilities"] = np.where(found["sample_probabilities"] == 1, 0.7, 0.3 / 9)
    assert evaluate(data, found, "mono-binary-complete", PARAMS)["samples"]["predictability"] == 0
    data, found = arrays("color-binary-complete")
    found["sample_probabilities"] = np.where(found["sample_probabilities"] == 1, 0.8, 0.2 / 9)  # 0.8^3 = 0.512
    assert evaluate(data, found, "color-binary-complete", PARAMS)["samples"]["predictability"] == 1


@pytest.mark.parametrize(
    ("value", "expected"), [(0.987654, 0.9877), (-134.5678, -134.6), (0.00123456, 0.001235), (0, 0)]
)
def test_significant(value, expected):
    assert significant(value) == expected
