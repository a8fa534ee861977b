"""Likelihoods, in nats, from arrays alone."""

import numpy as np


def elbo(reconstruction_nats: np.ndarray, kl_nats: np.ndarray) -> float:
    """Evidence lower bound on log p(x), averaged, in nats; higher is better (Kingma & Welling 2014, eq. 3).

    reconstruction_nats: -log p(x|z) at one z drawn from q(z|x), [N]; kl_nats: KL(q(z|x) || p(z)), [N].
    """
    return float(-np.mean(reconstruction_nats + kl_nats, dtype=np.float64))
