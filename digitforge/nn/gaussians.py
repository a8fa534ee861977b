"""Mixtures of Gaussians with full covariances, fitted to codes by k-means and expectation maximisation. NumPy alone."""

import numpy as np

VARIANCE = 1e-4  # of a Gaussian, at least, in every direction: codes may never move in some
STEPS = 1  # of expectation maximisation, after k-means: more components pay, more steps don't (reports/LOG.md)


def fit(codes: np.ndarray, components: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [K], means [K, D] and factors [K, D, D] of a mixture of `components` Gaussians fitted to codes [N, D]."""
    from sklearn.cluster import KMeans

    labels = KMeans(components, random_state=seed).fit(codes).labels_
    found = gaussians(codes, labels == np.arange(components)[:, None])
    for _ in range(STEPS):
        found = gaussians(codes, responsibilities(codes, *found))
    return found


def responsibilities(codes: np.ndarray, weights: np.ndarray, means: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """p(k | z) of codes [N, D] under sum_k w_k N(mu_k, L_k L_k^T) -> [K, N] float32 (Bishop 2006, equation 9.23).

    In single precision, which halves the time and leaves the densities' logarithms four digits.
    """
    z, log_p = codes.astype(np.float32), np.empty((len(weights), len(codes)), np.float32)
    for k, (weight, mean, factor) in enumerate(zip(weights, means, factors, strict=True)):
        whitened = (z - mean.astype(np.float32)) @ np.linalg.inv(factor).T.astype(np.float32)
        log_p[k] = np.log(weight) - np.log(np.diag(factor)).sum() - np.einsum("nd,nd->n", whitened, whitened) / 2
    return np.exp(log_p - np.logaddexp.reduce(log_p, axis=0))


def gaussians(codes: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [K], means [K, D] and factors [K, D, D] of Gaussians with the given `shares` [K, N] in codes [N, D].

    Maximum likelihood (Bishop 2006, equations 9.24 to 9.26). Shares below 1e-4 are left out: nearly all are.
    """
    weights, means, factors = [], [], []
    for share in shares:
        own = np.flatnonzero(share > 1e-4)
        part, z = share[own].astype(np.float64), codes[own]
        weight = part.sum() + 1e-9  # a component may have lost all its codes
        mean = part @ z / weight
        covariance = (part[:, None] * (z - mean)).T @ (z - mean) / weight
        weights.append(weight)
        means.append(mean)
        factors.append(np.linalg.cholesky(covariance + VARIANCE * np.eye(codes.shape[1])))
    return np.array(weights) / np.sum(weights), np.stack(means), np.stack(factors)
