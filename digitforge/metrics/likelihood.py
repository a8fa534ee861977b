"""Likelihoods from what stage `sample` found for each image, in nats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digitforge.metrics.intervals import Z95, Estimate, mean

if TYPE_CHECKING:
    from jaxtyping import Float, Int

ACTIVE = 0.01


def elbo(reconstruction_nats: Float[np.ndarray, "N"], kl_nats: Float[np.ndarray, "N"]) -> Estimate:
    """Evidence lower bound on log p(x), averaged, in nats; higher is better (Kingma & Welling 2014, eq. 3).

    reconstruction_nats: E_q[-log p(x|z)], [N]; kl_nats: KL(q(z|x) || p(z)), [N].
    """
    return mean(-(reconstruction_nats.astype(np.float64) + kl_nats))


def corrected_mean(
    coarse: Float[np.ndarray, "N"], fine: Float[np.ndarray, "n"], chosen: Int[np.ndarray, "n"]
) -> Estimate:
    """Mean of a dear quantity over N images that was computed for n of them (Cochran 1977, difference estimator).

    mean(coarse) + mean(fine - coarse[chosen]): unbiased for a random choice, and nearly as sharp as all N where the
    cheap quantity goes along with the dear one. coarse: [N], fine: [n], chosen: [n] positions in coarse.
    """
    coarse, fine = coarse.astype(np.float64), fine.astype(np.float64)
    gap = fine - coarse[chosen]
    # The dear quantity's variance: that of the cheap one, known from all, corrected from the part as the mean is.
    of_fine = max(0.0, coarse.var() + fine.var() - coarse[chosen].var())
    # What a finite split leaves open, and what computing only a part of it adds.
    variance = of_fine / len(coarse) + gap.var(ddof=1) * (1 / len(fine) - 1 / len(coarse))
    return Estimate(float(coarse.mean() + gap.mean()), float(Z95 * np.sqrt(variance)))


def bits_per_dimension(nats: float, dimensions: int) -> float:
    """Nats per image -> bits per pixel and channel: nats / (D ln 2)."""
    return nats / (dimensions * np.log(2))


def active_units(means: Float[np.ndarray, "N D"]) -> int:
    """Code coordinates in use: variance over images of E_q[z|x] above 0.01 (Burda 2016, section 5.2). means: [N, D]."""
    return int(np.sum(means.astype(np.float64).var(axis=0) > ACTIVE))


def mutual_information(log_q_zx: Float[np.ndarray, "M"], log_q_z: Float[np.ndarray, "M"]) -> Estimate:
    """I(x; z) in nats between the index of one of N images and its code (Hoffman & Johnson 2016, "ELBO surgery").

    mean of log q(z|x) - log q(z) over z ~ q(z|x), q(z) being the mean of the N posteriors; at most log N, [M], [M].
    """
    return mean(log_q_zx.astype(np.float64) - log_q_z)


def marginal_kl(log_q_z: Float[np.ndarray, "M"], log_p_z: Float[np.ndarray, "M"]) -> Estimate:
    """KL(q(z) || p(z)) in nats, of the aggregate posterior from the prior; 0 is best (Hoffman & Johnson 2016).

    The mean KL of an image's posterior is the sum of `mutual_information` and this. log_q_z, log_p_z: [M] at
    z drawn from q(z).
    """
    return mean(log_q_z.astype(np.float64) - log_p_z)
