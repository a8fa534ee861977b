import numpy as np
import pytest

from stages.metrics.likelihood import elbo


def test_elbo_sign_and_mean():
    assert elbo(np.array([70.0, 90.0]), np.array([20.0, 10.0])) == pytest.approx(-95)
