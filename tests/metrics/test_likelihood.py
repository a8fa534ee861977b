import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from digitforge.metrics.likelihood import (
    active_units,
    bits_per_dimension,
    corrected_mean,
    elbo,
    marginal_kl,
    mutual_information,
)

RNG = np.random.default_rng(0)


def test_elbo_sign_and_mean():
    found = elbo(np.array([70.0, 90.0]), np.array([20.0, 10.0]))
    assert found.value == pytest.approx(-95)
    assert found.ci95 == pytest.approx(1.96 * 5 / np.sqrt(2))


def test_corrected_mean_of_all_images_is_the_mean_of_the_fine_values():
    coarse, fine = RNG.normal(size=100), RNG.normal(5, 3, size=100)
    found = corrected_mean(coarse, fine, np.arange(100))
    assert found == pytest.approx((fine.mean(), 1.96 * fine.std() / 10))


def test_corrected_mean_is_exact_where_the_gap_is_constant():
    coarse, chosen = RNG.normal(size=1000), RNG.choice(1000, 50, replace=False)
    found = corrected_mean(coarse, coarse[chosen] + 3, chosen)
    assert found.value == pytest.approx(coarse.mean() + 3, rel=1e-12)
    assert found.ci95 == pytest.approx(1.96 * coarse.std() / np.sqrt(1000), rel=1e-9)


def test_corrected_mean_against_the_slow_formula():
    coarse, fine, chosen = RNG.normal(size=30), RNG.normal(size=6), np.array([4, 9, 2, 20, 11, 29])
    slow = sum(coarse) / 30 + sum(fine[i] - coarse[chosen[i]] for i in range(6)) / 6
    assert corrected_mean(coarse, fine, chosen).value == pytest.approx(slow, rel=1e-12)


# A slope of 1 leaves a gap that has nothing to do with the coarse quantity; others make them vary together.
@pytest.mark.parametrize("chosen_count", [30, 150, 290])
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, 2.0])
def test_corrected_mean_is_unbiased_and_its_interval_holds_the_truth(slope, chosen_count):
    errors, widths = [], []
    for _ in range(800):
        coarse = RNG.normal(7, 2, size=300)
        fine = 1 + slope * coarse + 0.5 * RNG.normal(size=300)
        chosen = RNG.choice(300, chosen_count, replace=False)
        value, ci95 = corrected_mean(coarse, fine[chosen], chosen)
        errors.append(value - (1 + slope * 7))
        widths.append(ci95)
    assert np.mean(errors) == pytest.approx(0, abs=4 * np.std(errors) / np.sqrt(800))
    assert np.mean(np.abs(errors) <= widths) == pytest.approx(0.945, abs=0.04)


def test_bits_per_dimension_of_a_fair_coin_per_pixel_is_one():
    assert bits_per_dimension(784 * np.log(2), 784) == pytest.approx(1)
    assert bits_per_dimension(-np.log(0.5**40 * 0.25**8), 16) == pytest.approx((40 + 16) / 16)


def test_active_units_against_a_loop():
    means = RNG.normal(size=(200, 30)) * np.geomspace(0.001, 3, 30) + 5
    slow = sum(sum((v - sum(c) / 200) ** 2 for v in c) / 200 > 0.01 for c in means.T.tolist())
    assert active_units(means) == slow
    assert 0 < slow < 30


def test_constant_codes_have_no_active_units():
    assert active_units(np.tile(RNG.normal(size=(1, 8)), (50, 1))) == 0
    assert active_units(RNG.normal(size=(500, 8))) == 8


def densities(means, deviation, draws):
    """log q(z|x), log q(z), log p(z) of draws from N Gaussian posteriors on a line; q(z) their mean, p(z) = N(0, 1)."""
    owner = np.repeat(np.arange(len(means)), draws)
    z = RNG.normal(means[owner], deviation)
    log_q_zx = norm.logpdf(z, means[owner], deviation)
    log_q_z = logsumexp(norm.logpdf(z[:, None], means, deviation), axis=1) - np.log(len(means))
    return log_q_zx, log_q_z, norm.logpdf(z)


def test_mutual_information_of_separated_posteriors_is_log_n():
    log_q_zx, log_q_z, _ = densities(np.arange(50) * 10.0, 0.1, 20)
    assert mutual_information(log_q_zx, log_q_z) == pytest.approx((np.log(50), 0), abs=1e-9)


def test_mutual_information_of_a_discrete_code_against_its_table():
    table = RNG.dirichlet(np.ones(4), size=6)  # q(z|x) of 6 images and 4 codes
    marginal = table.mean(axis=0)
    exact = np.sum(table * np.log(table / marginal)) / 6
    images = RNG.integers(0, 6, 40_000)
    codes = (table.cumsum(axis=1)[images] < RNG.random((40_000, 1))).sum(axis=1)
    found = mutual_information(np.log(table[images, codes]), np.log(marginal[codes]))
    assert found.value == pytest.approx(exact, abs=2 * found.ci95)
    assert found.ci95 < 0.1 * exact
    prior = RNG.dirichlet(np.ones(4))
    divergence = marginal_kl(np.log(marginal[codes]), np.log(prior[codes]))
    assert divergence.value == pytest.approx(np.sum(marginal * np.log(marginal / prior)), abs=2 * divergence.ci95)


def test_mutual_information_and_marginal_kl_of_a_gaussian_channel():
    noise = 0.5
    x = RNG.normal(size=40_000)
    z = x + noise * RNG.normal(size=40_000)
    log_q_z = norm.logpdf(z, 0, np.sqrt(1 + noise**2))
    information = mutual_information(norm.logpdf(z, x, noise), log_q_z)
    divergence = marginal_kl(log_q_z, norm.logpdf(z))
    assert information.value == pytest.approx(0.5 * np.log(1 + noise**-2), abs=2 * information.ci95)
    assert divergence.value == pytest.approx((noise**2 - np.log(1 + noise**2)) / 2, abs=2 * divergence.ci95)
    assert information.ci95 < 0.02
    assert divergence.ci95 < 0.02


def test_mutual_information_and_marginal_kl_add_up_to_the_mean_kl():
    means = RNG.normal(size=40)
    log_q_zx, log_q_z, log_p_z = densities(means, 0.3, 500)
    together = mutual_information(log_q_zx, log_q_z).value + marginal_kl(log_q_z, log_p_z).value
    assert together == pytest.approx(np.mean(log_q_zx - log_p_z), rel=1e-12)
    closed = np.mean((0.3**2 + means**2 - 1) / 2 - np.log(0.3))
    assert together == pytest.approx(closed, abs=0.04)


def test_posteriors_equal_to_the_prior_know_nothing():
    log_q_zx, log_q_z, log_p_z = densities(np.zeros(30), 1.0, 20)
    assert mutual_information(log_q_zx, log_q_z) == pytest.approx((0, 0), abs=1e-12)
    assert marginal_kl(log_q_z, log_p_z) == pytest.approx((0, 0), abs=1e-12)
