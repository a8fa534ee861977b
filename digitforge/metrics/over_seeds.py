"""How far another training seed moves a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from digitforge.metrics.intervals import Estimate

if TYPE_CHECKING:
    from jaxtyping import Real


def over_seeds(values: Real[np.ndarray, "N"]) -> Estimate:
    """The mean of one number per seed, and the half-width of its 95 % interval, t s / sqrt(n) (Student 1908).

    t is the .975 quantile of Student's distribution with n - 1 degrees of freedom, s the deviation of the numbers,
    whose squares are divided by n - 1. values: [N], of at least two seeds.
    """
    values, count = np.asarray(values, np.float64), len(values)
    return Estimate(float(values.mean()), float(stdtrit(count - 1, 0.975) * values.std(ddof=1) / np.sqrt(count)))
