"""Likelihoods, and how the code is used."""

from typing import Any

import numpy as np

from digitforge.metrics import likelihood
from digitforge.metrics.intervals import mean

Arrays = dict[str, np.ndarray]


def of_variant(found: Arrays, kept: np.ndarray, dimensions: int, data: str, classes: int = 0) -> dict[str, Any]:
    """What holds of the test images `kept` [N] bool. data: what the nats are of, `nats_of`'s names.

    classes: first coordinates of codes that are a label, which is no latent variable. Bits per dimension need a density
    or a probability of pixels: grey values under Bernoulli pixels have neither.
    """
    position = np.cumsum(kept) - 1  # of each test image among the kept ones
    nll = likelihood.corrected_mean(-found["log_p"][kept], -found["tight_log_p"], position[found["tight_images"]])
    bits = {} if data == "grey" else {"bits_per_dimension": likelihood.bits_per_dimension(nll.value, dimensions)}
    return {
        "elbo_nats": likelihood.elbo(found["reconstruction_nats"][kept], found["kl_nats"][kept]),
        "nll_nats": nll,
        "data": data,
        "reconstruction_nats": mean(found["reconstruction_nats"][kept]),
        "kl_nats": mean(found["kl_nats"][kept]),
        "tight_images": len(found["tight_images"]),
        **bits,
        "active_units": likelihood.active_units(found["codes"][kept][:, classes:]),
        "units": found["codes"].shape[1] - classes,
        **(of_all_codes(found, kept) if "log_q_z" in found else {}),
    }


def of_all_codes(found: Arrays, kept: np.ndarray) -> dict[str, Any]:
    """What the posteriors of all images together say; stage `sample` has them of Gaussian posteriors alone."""
    return {
        "mutual_information_nats": likelihood.mutual_information(found["log_q_zx"], found["log_q_z"]),
        "mutual_information_ceiling_nats": float(np.log(kept.sum())),
        "marginal_kl_nats": likelihood.marginal_kl(found["log_q_z"], found["log_p_z"]),
    }
