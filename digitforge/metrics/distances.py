"""Distances between sets of images in a feature space; here a verifier's, [N, D] and [M, D].

They compare only under one and the same verifier, `SEEN_BY` of `settings.verifiers`: its features notice more of what
makes images worse (reports/index.md, "What counts as a digit"). What test images score against training images is the
optimum in reach of a generator that has learnt, not copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digitforge.metrics.intervals import Z95, Estimate, from_resamples, mean, resampled_counts

if TYPE_CHECKING:
    from jaxtyping import Float

CHUNK = 128  # rows of a matrix of all pairs that are held at once: few enough for the processor's cache
FRECHET_RESAMPLES = 10  # enough for a standard error to within a quarter
NEAREST = 5  # neighbour that the ball around a point reaches to


class Gaussians(NamedTuple):
    """Those fitted to a set of features and to B bootstrap samples of it; R^T R is a covariance.

    means: [1 + B, D], the set's own first; root: R [min(N, D), D] of the set; roots: [B, D, D] float32, resampled.
    """

    means: np.ndarray
    root: np.ndarray
    roots: np.ndarray


def moments(x: Float[np.ndarray, "N D"]) -> tuple[Float[np.ndarray, "D"], Float[np.ndarray, "R D"]]:
    """Mean [D] and an upper triangular R [min(N, D), D] with R^T R = covariance, of rows [N, D]."""
    mu = x.mean(axis=0)
    return mu, np.asarray(np.linalg.qr((x - mu) / np.sqrt(len(x) - 1), mode="r"))


def resampled_moments(
    x: Float[np.ndarray, "N D"], stream: int
) -> tuple[Float[np.ndarray, "B D"], Float[np.ndarray, "B D D"]]:
    """Means [B, D] and covariances [B, D, D] of bootstrap samples of rows [N, D]; `stream` as in `resampled_counts`."""
    centre = x.mean(axis=0)
    x = x - centre
    means, covariances = [], []
    for counts in resampled_counts(len(x), FRECHET_RESAMPLES, stream):
        shift = counts @ x / len(x)
        weighted = x * np.sqrt(counts)[:, None]
        means.append(centre + shift)
        covariances.append((weighted.T @ weighted - len(x) * np.outer(shift, shift)) / (len(x) - 1))
    return np.stack(means), np.stack(covariances)


def gaussians(x: Float[np.ndarray, "N D"]) -> Gaussians:
    """What `frechet_distance` needs of its first set [N, D], N > 1."""
    x = x.astype(np.float64)
    mu, root = moments(x)
    means, covariances = resampled_moments(x, stream=0)
    values, vectors = np.linalg.eigh(covariances)
    roots = np.sqrt(np.maximum(values, 0))[..., None] * np.swapaxes(vectors, 1, 2)
    return Gaussians(np.concatenate([mu[None], means]), root, roots.astype(np.float32))


def frechet(
    first: tuple[Float[np.ndarray, "D"], Float[np.ndarray, "R D"]],
    second: tuple[Float[np.ndarray, "D"], Float[np.ndarray, "S D"]],
) -> float:
    """|mu_1 - mu_2|^2 + tr(S_1 + S_2 - 2 (S_1 S_2)^(1/2)) of two `moments`, S = R^T R.

    The last trace is the nuclear norm of R_1 R_2^T. No matrix is squared and no root is taken, so that singular
    covariances (a constant generator, features that are never active) lose no digits.
    """
    (mu_1, r_1), (mu_2, r_2) = first, second
    cross = np.linalg.svd(r_1 @ r_2.T, compute_uv=False).sum()
    return float(np.square(mu_1 - mu_2).sum() + np.square(r_1).sum() + np.square(r_2).sum() - 2 * cross)


def quick_frechet(
    first: tuple[Float[np.ndarray, "D"], Float[np.ndarray, "D D"]],
    second: tuple[Float[np.ndarray, "D"], Float[np.ndarray, "D D"]],
) -> float:
    """The same of (mu_1, R_1) and (mu_2, S_2), (S_1 S_2)^(1/2) having the trace of (R_1 S_2 R_1^T)^(1/2).

    A tenth of the work and half of the digits of `frechet`: enough for an interval.
    """
    (mu_1, r_1), (mu_2, s_2) = first, second
    r_1 = r_1.astype(np.float64)
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(r_1 @ s_2 @ r_1.T), 0)).sum()
    return float(np.square(mu_1 - mu_2).sum() + np.square(r_1).sum() + np.trace(s_2) - 2 * cross)


def frechet_distance(
    x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "M D"], of_x: Gaussians | None = None
) -> Estimate:
    """Frechet distance of Gaussians fitted to two sets (Heusel 2017, FID, arXiv:1706.08500, eq. 6); 0 is best.

    x: [N, D], y: [M, D] with N, M > 1, in squared units of the features. Biased upwards for small sets: compare at
    equal sizes. of_x: `gaussians(x)`, where they are known.
    """
    of_x, y = of_x or gaussians(x), y.astype(np.float64)
    value = frechet((of_x.means[0], of_x.root), moments(y))
    resampled = (zip(of_x.means[1:], of_x.roots, strict=True), zip(*resampled_moments(y, stream=1), strict=True))
    replicates = [quick_frechet(first, second) for first, second in zip(*resampled, strict=True)]
    return from_resamples(value, np.array(replicates))


def kernel_sums(
    x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "M D"]
) -> tuple[Float[np.ndarray, "N"], Float[np.ndarray, "M"]]:
    """Sums of k(x_i, y_j) = (x_i . y_j / D + 1)^3 over j, [N], and over i, [M]. x: [N, D], y: [M, D]."""
    over_y, over_x = np.empty(len(x)), np.zeros(len(y))
    for start in range(0, len(x), CHUNK):
        base = x[start : start + CHUNK] / x.shape[1] @ y.T
        base += 1
        kernel = base * base
        kernel *= base
        over_y[start : start + CHUNK] = kernel.sum(axis=1)
        over_x += kernel.sum(axis=0)
    return over_y, over_x


def kernel_within(x: Float[np.ndarray, "N D"]) -> Float[np.ndarray, "N"]:
    """Mean of k(x_i, x_j) over j != i: [N, D] -> [N]."""
    x = x.astype(np.float64)
    of_itself = (np.square(x).sum(axis=1) / x.shape[1] + 1) ** 3
    return (kernel_sums(x, x)[0] - of_itself) / (len(x) - 1)


def kernel_distance(
    x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "M D"], within_x: Float[np.ndarray, "N"] | None = None
) -> Estimate:
    """Squared maximum mean discrepancy, unbiased, cubic kernel (Binkowski 2018, KID, arXiv:1801.01401, section 4).

    mean_{i != j} k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j) (Gretton 2012, eq. 3); 0 is
    best, and chance can make it negative. x: [N, D], y: [M, D]. All pairs are used, so no subsets are drawn; the
    interval is that of the U-statistic's first-order (Hoeffding) projection, too wide where x and y are alike.
    within_x: `kernel_within(x)`, where it is known.
    """
    within_x = kernel_within(x) if within_x is None else within_x
    over_y, over_x = kernel_sums(x.astype(np.float64), y.astype(np.float64))
    of_x = within_x - over_y / len(y)
    of_y = kernel_within(y) - over_x / len(x)
    error = 2 * np.sqrt(of_x.var() / len(x) + of_y.var() / len(y))
    return Estimate(float(of_x.mean() + of_y.mean()), float(Z95 * error))


def squares(x: Float[np.ndarray, "N D"]) -> Float[np.ndarray, "N"]:
    """Squared length of each row: [N, D] -> [N]."""
    return np.einsum("nd,nd->n", x, x)


def squared_distances(
    x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "M D"], squares_y: Float[np.ndarray, "M"] | None = None
) -> Float[np.ndarray, "N M"]:
    """Squared Euclidean distances [N, M] of rows [N, D] and [M, D], in the precision that they are given in."""
    squared = -2 * x @ y.T
    squared += squares(x)[:, None]
    squared += squares(y) if squares_y is None else squares_y
    return np.maximum(squared, 0, out=squared)


def radii(x: Float[np.ndarray, "N D"], k: int = NEAREST) -> Float[np.ndarray, "N"]:
    """Squared distance of each row to its k-th nearest other row. x: [N, D] -> [N]."""
    x = x.astype(np.float64)
    squares_x = squares(x)
    chunks = (squared_distances(x[start : start + CHUNK], x, squares_x) for start in range(0, len(x), CHUNK))
    return np.concatenate([np.partition(chunk, k, axis=1)[:, k] for chunk in chunks])


def neighbourhoods(
    real: Float[np.ndarray, "N D"],
    fake: Float[np.ndarray, "M D"],
    k: int = NEAREST,
    of_real: Float[np.ndarray, "N"] | None = None,
) -> dict[str, Estimate]:
    """Precision, recall (Kynkaanniemi 2019, arXiv:1904.06991), density, coverage (Naeem 2020, arXiv:2002.09797).

    Around every point lies a ball that reaches to its k-th nearest neighbour within its own set.
    precision: share of fake points in a real ball; recall: share of real points in a fake ball;
    density: mean number of real balls that hold a fake point, over k, 1 where fake is as real, more where it crowds;
    coverage: share of real balls that hold a fake point. All but density lie in 0..1, 1 is best.
    real: [N, D], fake: [M, D] with N, M > k; of_real: `radii(real, k)`, where they are known. The interval is that of
    the points a share is over, for balls as they are: too narrow, by a quarter for like sets.
    """
    of_real, of_fake = radii(real, k) if of_real is None else of_real, radii(fake, k)
    real, fake = real.astype(np.float64), fake.astype(np.float64)
    squares_fake, balls = squares(fake), np.zeros(len(fake))  # balls that hold each fake point
    recalled, covered = [], []
    for start in range(0, len(real), CHUNK):
        squared = squared_distances(real[start : start + CHUNK], fake, squares_fake)
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
