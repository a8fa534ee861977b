"""Distances between sets of images in a feature space; here a verifier's, [N, D] and [M, D].

They compare only under one and the same verifier, `SEEN_BY` of `settings.verifiers`: its features notice more of what
makes images worse (reports/index.md, "What counts as a digit"). What test images score against training images is the
optimum in reach of a generator that has learnt, not copied.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    x = (x - centre).astype(np.float32)  # enough for an interval
    means, covariances = [], []
    for counts in resampled_counts(len(x), FRECHET_RESAMPLES, stream):
        shift = counts @ x / len(x)
        weighted = x * np.sqrt(counts, dtype=np.float32)[:, None]
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


def squares(x: Float[np.ndarray, "N D"]) -> Float[np.ndarray, "N"]:
    """Squared length of each row: [N, D] -> [N]."""
    return np.einsum("nd,nd->n", x, x)


def products(
    x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "M D"]
) -> Iterator[tuple[slice, Float[np.ndarray, "C M"]]]:
    """x_i . y_j of all pairs of rows [N, D] and [M, D], some rows of x at a time."""
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        yield part, x[part] @ y.T


def squared_distances(
    products: Float[np.ndarray, "N M"], squares_x: Float[np.ndarray, "N"], squares_y: Float[np.ndarray, "M"]
) -> Float[np.ndarray, "N M"]:
    """|x_i - y_j|^2 of x_i . y_j [N, M], |x_i|^2 [N] and |y_j|^2 [M]."""
    found = -2 * products
    found += squares_x[:, None]
    found += squares_y
    return np.maximum(found, 0, out=found)


def kernel(products: Float[np.ndarray, "N M"], dimensions: int) -> Float[np.ndarray, "N M"]:
    """k(x_i, y_j) = (x_i . y_j / D + 1)^3 of x_i . y_j [N, M]."""
    base = products / dimensions
    base += 1
    cubed = base * base
    cubed *= base
    return cubed


class Within(NamedTuple):
    """What `similarity` needs of all pairs of a set. kernel: [N], mean of k(x_i, x_j) over j != i.

    radii: [N], squared distance of each row to its k-th nearest other row.
    """

    kernel: np.ndarray
    radii: np.ndarray


def within(x: Float[np.ndarray, "N D"], k: int = NEAREST) -> Within:
    """What `similarity` needs of one set [N, D], N > k."""
    x = x.astype(np.float64)
    lengths, sums, radii = squares(x), np.empty(len(x)), np.empty(len(x))
    for part, found in products(x, x):
        radii[part] = np.partition(squared_distances(found, lengths[part], lengths), k, axis=1)[:, k]
        sums[part] = kernel(found, x.shape[1]).sum(axis=1)
    of_itself = (lengths / x.shape[1] + 1) ** 3
    return Within((sums - of_itself) / (len(x) - 1), radii)


def similarity(
    real: Float[np.ndarray, "N D"], fake: Float[np.ndarray, "M D"], of_real: Within | None = None, k: int = NEAREST
) -> dict[str, Estimate]:
    """What all pairs of two sets say: kernel distance, precision, recall, density, coverage.

    kid: squared maximum mean discrepancy, unbiased, cubic kernel (Binkowski 2018, KID, arXiv:1801.01401, section 4):
    mean_{i != j} k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j) (Gretton 2012, eq. 3); 0 is
    best, and chance can make it negative. All pairs are used, so no subsets are drawn; the interval is that of the
    U-statistic's first-order (Hoeffding) projection, too wide where the sets are alike.
    The others (precision and recall: Kynkaanniemi 2019, arXiv:1904.06991; density and coverage: Naeem 2020,
    arXiv:2002.09797): around every point lies a ball that reaches to its k-th nearest neighbour within its own set.
    precision: share of fake points in a real ball; recall: share of real points in a fake ball;
    density: mean number of real balls that hold a fake point, over k, 1 where fake is as real, more where it crowds;
    coverage_prdc: share of real balls that hold a fake point. All but density lie in 0..1, 1 is best. The interval is
    that of the points a share is over, for balls as they are: too narrow, by a quarter for like sets.
    real: [N, D], fake: [M, D] with N, M > k; of_real: `within(real, k)`, where it is known.
    """
    of_real, of_fake = of_real or within(real, k), within(fake, k)
    real, fake = real.astype(np.float64), fake.astype(np.float64)
    of_x, of_y, over_x = squares(real), squares(fake), np.zeros(len(fake))
    over_y, balls = np.empty(len(real)), np.zeros(len(fake))  # balls that hold each fake point
    covered, recalled = np.empty(len(real), bool), np.empty(len(real), bool)
    for part, found in products(real, fake):
        squared, similar = squared_distances(found, of_x[part], of_y), kernel(found, real.shape[1])
        inside = squared < of_real.radii[part, None]
        balls += inside.sum(axis=0)
        covered[part], recalled[part] = inside.any(axis=1), (squared < of_fake.radii).any(axis=1)
        over_y[part] = similar.sum(axis=1)
        over_x += similar.sum(axis=0)
    return {
        "kid": kernel_distance(of_real.kernel - over_y / len(fake), of_fake.kernel - over_x / len(real)),
        "precision": mean(balls > 0),
        "recall": mean(recalled),
        "density": mean(balls / k),
        "coverage_prdc": mean(covered),
    }


def kernel_distance(of_x: Float[np.ndarray, "N"], of_y: Float[np.ndarray, "M"]) -> Estimate:
    """The squared discrepancy of each row's mean kernel to its own set, less that to the other: [N], [M]."""
    error = 2 * np.sqrt(of_x.var() / len(of_x) + of_y.var() / len(of_y))
    return Estimate(float(of_x.mean() + of_y.mean()), float(Z95 * error))
