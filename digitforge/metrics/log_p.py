"""Estimates of log p(x) from draws. Stage `sample` computes them, since only a model can decode what it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

CHUNK = 2_000


def prior_log_likelihood(
    images: UInt8[np.ndarray, "N H W C"], eta: Float[np.ndarray, "K H W C"], normaliser: Float[np.ndarray, "K"]
) -> Float[np.ndarray, "N"]:
    """log p(x) by plain Monte Carlo over the prior: log mean_k p(x | z_k), z_k ~ p(z).

    images: [N, H, W, C] uint8; eta [K, H, W, C] and normaliser [K] are decoded from K draws of the prior, with
    log p(x | z) = x . eta - normaliser + h(x) -> [N] nats (higher is likelier), without h(x). The mean is taken in log
    space. Unbiased for p(x), hence by Jensen too low on average for log p(x).
    """
    flat = eta.reshape(len(eta), -1).astype(np.float32)
    result = np.empty(len(images))
    for start in range(0, len(images), CHUNK):
        x = images[start : start + CHUNK].reshape(-1, flat.shape[1]).astype(np.float32) / 255
        result[start : start + CHUNK] = logsumexp(x @ flat.T - normaliser, axis=1)
    return result - np.log(len(flat))


def importance_weighted_bound(log_w: Float[np.ndarray, "N K"]) -> Float[np.ndarray, "N"]:
    """log 1/K sum_k w_k, w_k = p(x|z_k) p(z_k) / q(z_k|x), z_k ~ q(z|x) (Burda 2016, IWAE, arXiv:1509.00519, eq. 8).

    log_w: [N, K] -> [N] nats, taken in log space. A lower bound on log p(x) on average, tighter with every K (theorem
    1); the ELBO for K = 1.
    """
    return logsumexp(log_w.astype(np.float64), axis=1) - np.log(log_w.shape[1])
