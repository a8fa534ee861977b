"""Likelihoods, and how the code is used."""

from typing import Any

import numpy as np

from stages.metrics import likelihood
from stages.metrics.intervals import mean

Arrays = dict[str, np.ndarray]


def of_images(found: Arrays, known: np.ndarray, dimensions: int, data: str) -> dict[str, Any]:
    """What holds of the test images of `known` digits [N] bool. data: what the nats are of, `threshold` or `grey`."""
    position = np.cumsum(known) - 1  # of each test image among the known ones
    nll = likelihood.corrected_mean(-found["log_p"][known], -found["tight_log_p"], position[found["tight_images"]])
    return {
        "elbo_nats": likelihood.elbo(found["reconstruction_nats"][known], found["kl_nats"][known]),
        "nll_nats": nll,
        "data": data,
        "reconstruction_nats": mean(found["reconstruction_nats"][known]),
        "kl_nats": mean(found["kl_nats"][known]),
        "bits_per_dimension": likelihood.bits_per_dimension(nll.value, dimensions),
        "active_units": likelihood.active_units(found["codes"][known]),
        "mutual_information_nats": likelihood.mutual_information(found["log_q_zx"], found["log_q_z"]),
        "mutual_information_ceiling_nats": float(np.log(known.sum())),
        "marginal_kl_nats": likelihood.marginal_kl(found["log_q_z"], found["log_p_z"]),
    }
