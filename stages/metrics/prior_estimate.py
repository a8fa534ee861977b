"""p(x) by plain Monte Carlo over the prior. Stage `sample` computes it, since only a model can decode the draws."""

import numpy as np
from scipy.special import logsumexp

CHUNK = 2_000


def prior_log_likelihood(images: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """log p(x) by plain Monte Carlo over the prior: log mean_k p(x | z_k), z_k ~ p(z).

    images: [N, H, W, C] uint8, logits: [K, H, W, C] log-odds of Bernoulli pixels decoded from K draws of the
    prior -> [N] nats (higher is likelier). log p(x | z) = x . l - sum softplus(l) makes it one matrix product;
    the mean is taken in log space. Unbiased for p(x), hence by Jensen too low on average for log p(x).
    """
    flat = logits.reshape(len(logits), -1).astype(np.float32)
    normaliser = np.logaddexp(0, flat).sum(axis=1, dtype=np.float64)
    result = np.empty(len(images))
    for start in range(0, len(images), CHUNK):
        x = images[start : start + CHUNK].reshape(-1, flat.shape[1]).astype(np.float32) / 255
        result[start : start + CHUNK] = logsumexp(x @ flat.T - normaliser, axis=1)
    return result - np.log(len(flat))
