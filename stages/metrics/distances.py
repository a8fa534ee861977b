"""Distances between sets of images in a feature space; here the verifier's, [N, D] and [M, D].

They compare only under one and the same verifier. What test images score against training images is the optimum in
reach of a generator that has learnt, not copied.
"""

import numpy as np

from stages.metrics.intervals import Z95, Estimate, from_resamples, mean, resampled_counts

CHUNK = 1_000  # rows of a distance or kernel matrix that are held at once
FRECHET_RESAMPLES = 10  # enough for a standard error to within a quarter


def moments(x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean [D] and an upper triangular R [D, D] with R^T R = covariance, of rows [N, D] counted `weights` [N] times."""
    total = weights.sum()
    mu = weights @ x / total
    return mu, np.asarray(np.linalg.qr((x - mu) * np.sqrt(weights / (total - 1))[:, None], mode="r"))


def frechet(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> float:
    """|mu_1 - mu_2|^2 + tr(S_1 + S_2 - 2 (S_1 S_2)^(1/2)) of two `moments`, S = R^T R.

    The last trace is the nuclear norm of R_1 R_2^T. No matrix is squared and no root is taken, so that singular
    covariances (a constant generator, features that are never active) lose no digits.
    """
    (mu_1, r_1), (mu_2, r_2) = first, second
    cross = np.linalg.svd(r_1 @ r_2.T, compute_uv=False).sum()
    return float(np.square(mu_1 - mu_2).sum() + np.square(r_1).sum() + np.square(r_2).sum() - 2 * cross)


def frechet_distance(x: np.ndarray, y: np.ndarray) -> Estimate:
    """Frechet distance of Gaussians fitted to two sets (Heusel 2017, FID, arXiv:1706.08500, eq. 6); 0 is best.

    x: [N, D], y: [M, D] with N, M > 1, in squared units of the features. Biased upwards for small sets: compare at
    equal sizes.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    value = frechet(moments(x, np.ones(len(x))), moments(y, np.ones(len(y))))
    counts = (resampled_counts(len(z), FRECHET_RESAMPLES, stream) for stream, z in enumerate((x, y)))
    replicates = [frechet(moments(x, a), moments(y, b)) for a, b in zip(*counts, strict=True)]
    return from_resamples(value, np.array(replicates))


def kernel_sums(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of k(x_i, y_j) = (x_i . y_j / D + 1)^3 over j, [N], and over i, [M]. x: [N, D], y: [M, D]."""
    over_y, over_x = np.empty(len(x)), np.zeros(len(y))
    for start in range(0, len(x), CHUNK):
        base = x[start : start + CHUNK] @ y.T / x.shape[1] + 1
        kernel = base * base * base
        over_y[start : start + CHUNK] = kernel.sum(axis=1)
        over_x += kernel.sum(axis=0)
    return over_y, over_x


def kernel_distance(x: np.ndarray, y: np.ndarray) -> Estimate:
    """Squared maximum mean discrepancy, unbiased, cubic kernel (Binkowski 2018, KID, arXiv:1801.01401, section 4).

    mean_{i != j} k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j) (Gretton 2012, eq. 3); 0 is
    best, and chance can make it negative. x: [N, D], y: [M, D]. All pairs are used, so no subsets are drawn; the
    interval is that of the U-statistic's first-order (Hoeffding) projection, too wide where x and y are alike.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    within = [kernel_sums(z, z)[0] - (np.square(z).sum(axis=1) / z.shape[1] + 1) ** 3 for z in (x, y)]
    over_y, over_x = kernel_sums(x, y)
    of_x = within[0] / (len(x) - 1) - over_y / len(y)
    of_y = within[1] / (len(y) - 1) - over_x / len(x)
    error = 2 * np.sqrt(of_x.var() / len(x) + of_y.var() / len(y))
    return Estimate(float(of_x.mean() + of_y.mean()), float(Z95 * error))


def squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances [N, M] of rows [N, D] and [M, D], in the precision that they are given in."""
    squared = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1) - 2 * (x @ y.T)
    return np.maximum(squared, 0)


def radii(x: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each row to its k-th nearest other row. x: [N, D] -> [N]."""
    chunks = (squared_distances(x[start : start + CHUNK], x) for start in range(0, len(x), CHUNK))
    return np.concatenate([np.partition(chunk, k, axis=1)[:, k] for chunk in chunks])


def neighbourhoods(real: np.ndarray, fake: np.ndarray, k: int = 5) -> dict[str, Estimate]:
    """Precision, recall (Kynkaanniemi 2019, arXiv:1904.06991), density, coverage (Naeem 2020, arXiv:2002.09797).

    Around every point lies a ball that reaches to its k-th nearest neighbour within its own set.
    precision: share of fake points in a real ball; recall: share of real points in a fake ball;
    density: mean number of real balls that hold a fake point, over k, 1 where fake is as real, more where it crowds;
    coverage: share of real balls that hold a fake point. All but density lie in 0..1, 1 is best.
    real: [N, D], fake: [M, D] with N, M > k. The interval is that of the points a share is over, for balls as they
    are: too narrow, by a quarter for like sets.
    """
    real, fake = real.astype(np.float64), fake.astype(np.float64)
    of_real, of_fake = radii(real, k), radii(fake, k)
    balls = np.zeros(len(fake))  # that hold each fake point
    recalled, covered = [], []
    for start in range(0, len(real), CHUNK):
        squared = squared_distances(real[start : start + CHUNK], fake)
        inside = squared < of_real[start : start + CHUNK, None]
        balls += inside.sum(axis=0)
        covered.append(inside.any(axis=1))
        recalled.append((squared < of_fake).any(axis=1))
    return {
        "precision": mean(balls > 0),
        "recall": mean(np.concatenate(recalled)),
        "density": mean(balls / k),
        "coverage_prdc": mean(np.concatenate(covered)),
    }
