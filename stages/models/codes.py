"""Where the codes of new images come from."""

import numpy as np
from sklearn.mixture import GaussianMixture

FIT_ON = 20_000  # training images whose codes are enough for a mixture


def from_prior(count: int, code: int, seed: int) -> np.ndarray:
    """Draw from N(0, I) -> [count, code] float32."""
    return np.random.default_rng(seed).standard_normal((count, code), np.float32)


def from_mixture(codes: np.ndarray, count: int, components: int, seed: int) -> np.ndarray:
    """Fit a full-covariance Gaussian mixture to codes of training images and draw from it.

    Ex-post density estimation (Ghosh 2020, arXiv:1903.12436, section 4). codes: [N, code] -> [count, code]
    float32. With fewer than 20 codes a component, fewer components are used.
    """
    codes = codes.astype(np.float64)
    components = max(1, min(components, len(codes) // 20))
    mixture = GaussianMixture(components, reg_covar=1e-4, max_iter=200, tol=1e-3, random_state=seed)
    drawn, _ = mixture.fit(codes).sample(count)
    # `sample` orders by component; any prefix should be a fair sample too.
    return np.random.default_rng(seed).permutation(drawn).astype(np.float32)
