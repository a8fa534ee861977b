import numpy as np
import pytest
from prdc import compute_prdc
from scipy.linalg import eigh, sqrtm
from scipy.stats import ortho_group
from sklearn.metrics.pairwise import polynomial_kernel

from digitforge.metrics import distances
from digitforge.metrics.distances import frechet_distance, gaussians, similarity, squared_distances, squares, within
from digitforge.metrics.intervals import resampled_counts

RNG = np.random.default_rng(0)


def kernel_distance(x, y):
    return similarity(x, y)["kid"]


def neighbourhoods(real, fake, k=distances.NEAREST):
    return {name: estimate for name, estimate in similarity(real, fake, k=k).items() if name != "kid"}


def correlated(count, dimensions, shift=0.0):
    return RNG.normal(size=(count, dimensions)) @ RNG.normal(size=(dimensions, dimensions)) + shift


def classic_frechet(x, y, root):
    s_x, s_y = np.cov(x.T), np.cov(y.T)
    return np.sum((x.mean(axis=0) - y.mean(axis=0)) ** 2) + np.trace(s_x) + np.trace(s_y) - 2 * root(s_x, s_y)


def trace_by_eigenvalues(s_x, s_y):
    """tr (S_x^(1/2) S_y S_x^(1/2))^(1/2), for covariances that may be singular."""
    values, vectors = eigh(s_x)
    half = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    return np.sqrt(np.maximum(eigh(half @ s_y @ half, eigvals_only=True), 0)).sum()


def slow_kernel_distance(x, y):
    def k(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3

    n, m = len(x), len(y)
    of_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    of_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return of_x + of_y - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


def test_frechet_distance_of_a_set_to_itself_is_zero():
    x = correlated(200, 12)
    assert frechet_distance(x, x).value == pytest.approx(0, abs=1e-10)
    assert frechet_distance(x, RNG.permutation(x)).value == pytest.approx(0, abs=1e-10)


def test_frechet_distance_of_a_shifted_copy_is_the_squared_shift():
    x, shift = correlated(200, 12), RNG.normal(size=12)
    assert frechet_distance(x, x + shift).value == pytest.approx(shift @ shift, rel=1e-9)


def test_frechet_distance_of_a_scaled_copy():
    x = correlated(200, 12)
    x -= x.mean(axis=0)
    assert frechet_distance(x, 3 * x).value == pytest.approx(4 * np.trace(np.cov(x.T)), rel=1e-9)


@pytest.mark.parametrize(("n", "m", "dimensions"), [(300, 170, 8), (90, 400, 30)])
def test_frechet_distance_against_the_matrix_root(n, m, dimensions):
    x, y = correlated(n, dimensions), correlated(m, dimensions, shift=0.5)
    slow = classic_frechet(x, y, lambda s_x, s_y: np.trace(sqrtm(s_x @ s_y)).real)
    assert frechet_distance(x, y).value == pytest.approx(slow, rel=1e-8)
    assert frechet_distance(y, x).value == pytest.approx(slow, rel=1e-8)


def test_frechet_distance_of_fewer_images_than_features():
    x, y = correlated(15, 30), correlated(20, 30, shift=0.5)
    assert frechet_distance(x, y).value == pytest.approx(classic_frechet(x, y, trace_by_eigenvalues), rel=1e-6)


def test_frechet_distance_with_features_that_are_never_active():
    x, y = correlated(100, 10), correlated(140, 10)
    alive = frechet_distance(x, y)
    dead_x, dead_y = np.zeros((100, 40)), np.zeros((140, 40))
    dead_x[:, ::4], dead_y[:, ::4] = x, y
    assert frechet_distance(dead_x, dead_y).value == pytest.approx(alive.value, rel=1e-9)
    assert frechet_distance(dead_x, dead_y).ci95 == pytest.approx(alive.ci95, rel=1e-5)
    dead_x[:, 1] = 2
    assert frechet_distance(dead_x, dead_y).value == pytest.approx(alive.value + 4, rel=1e-9)


def test_frechet_distance_of_a_constant_generator():
    x, y = correlated(200, 12), np.tile(RNG.normal(size=12), (150, 1))
    closed = np.sum((x.mean(axis=0) - y[0]) ** 2) + np.trace(np.cov(x.T))
    assert frechet_distance(x, y).value == pytest.approx(closed, rel=1e-9)


def test_frechet_distance_does_not_see_rotations():
    x, y, turn = correlated(150, 9), correlated(120, 9, shift=1), ortho_group.rvs(9, random_state=0)
    assert frechet_distance(x @ turn, y @ turn).value == pytest.approx(frechet_distance(x, y).value, rel=1e-9)
    assert frechet_distance(x @ turn, y).value != pytest.approx(frechet_distance(x, y).value, rel=1e-2)


def test_frechet_distance_of_perfect_generators_is_positive_and_falls_with_their_size():
    small = [frechet_distance(*RNG.normal(size=(2, 50, 8))).value for _ in range(10)]
    large = [frechet_distance(*RNG.normal(size=(2, 1000, 8))).value for _ in range(10)]
    assert min(small) > max(large) > min(large) > 0
    assert max(large) < 0.2


def test_interval_of_the_frechet_distance_is_the_spread_over_repeated_samples():
    def found(count):
        return [frechet_distance(RNG.normal(size=(200, 3)), RNG.normal(1, 2, size=(150, 3))) for _ in range(count)]

    estimates = found(60)
    spread = np.std([estimate.value for estimate in estimates])
    assert np.mean([estimate.ci95 for estimate in estimates]) == pytest.approx(1.96 * spread, rel=0.35)


def test_interval_of_the_frechet_distance_against_resampled_images():
    x, y = correlated(120, 7), correlated(90, 7, shift=0.4)
    counts = (resampled_counts(len(z), distances.FRECHET_RESAMPLES, stream) for stream, z in enumerate((x, y)))
    drawn = [(np.repeat(x, a, axis=0), np.repeat(y, b, axis=0)) for a, b in zip(*counts, strict=True)]
    slow = [classic_frechet(a, b, lambda s_x, s_y: np.trace(sqrtm(s_x @ s_y)).real) for a, b in drawn]
    assert frechet_distance(x, y).ci95 == pytest.approx(1.96 * np.std(slow), rel=1e-5)


def test_what_is_known_of_the_first_set_changes_nothing():
    x, y = correlated(120, 7), correlated(90, 7, shift=0.4)
    assert frechet_distance(x, y, gaussians(x)) == frechet_distance(x, y)
    assert similarity(x, y, within(x)) == similarity(x, y)
    assert similarity(x, y, within(x, 3), k=3) == similarity(x, y, k=3)


def test_kernel_distance_against_a_double_loop():
    x, y = correlated(23, 4), correlated(17, 4, shift=0.3)
    assert kernel_distance(x, y).value == pytest.approx(slow_kernel_distance(x, y), rel=1e-10)


def test_kernel_distance_against_scikit_learn():
    x, y = correlated(120, 16), correlated(90, 16, shift=0.2)
    of_x, of_y, both = (polynomial_kernel(a, b, degree=3, coef0=1) for a, b in ((x, x), (y, y), (x, y)))
    slow = (of_x.sum() - np.trace(of_x)) / (120 * 119) + (of_y.sum() - np.trace(of_y)) / (90 * 89) - 2 * both.mean()
    assert kernel_distance(x, y).value == pytest.approx(slow, rel=1e-10)
    assert kernel_distance(y, x).value == pytest.approx(slow, rel=1e-10)


def test_kernel_distance_of_perfect_generators_is_zero_on_average():
    found = [kernel_distance(RNG.normal(size=(25, 5)), RNG.normal(size=(15, 5))).value for _ in range(600)]
    error = np.std(found) / np.sqrt(600)
    assert np.mean(found) == pytest.approx(0, abs=4 * error)
    assert min(found) < 0 < max(found)
    # What the diagonal, left in, would add to each term is far more than the error.
    assert 4 * error < (2**3 - 1) / 25


def test_kernel_distance_does_not_depend_on_the_number_of_images():
    means = []
    for count in (10, 300):
        found = [
            kernel_distance(RNG.normal(size=(count, 5)), RNG.normal(1, 1, size=(count, 5))).value
            for _ in range(6000 // count)
        ]
        means.append((np.mean(found), np.std(found) / np.sqrt(len(found))))
    (small, error), (large, other) = means
    assert small == pytest.approx(large, abs=4 * np.hypot(error, other))


def test_kernel_distance_of_a_memorising_generator_is_not_above_zero():
    x = correlated(50, 6)
    assert kernel_distance(x, x.copy()).value == pytest.approx(slow_kernel_distance(x, x), rel=1e-9)
    assert kernel_distance(x, x.copy()).value < 0


def test_constant_generator_is_far_by_kernel_distance():
    x = RNG.normal(size=(300, 8))
    perfect, constant = kernel_distance(x, RNG.normal(size=(300, 8))), kernel_distance(x, np.tile(x[0], (300, 1)))
    assert constant.value > 20 * abs(perfect.value)
    assert constant.value > 3 * constant.ci95


def test_interval_of_the_kernel_distance_is_the_spread_over_repeated_samples():
    estimates = [kernel_distance(RNG.normal(size=(200, 3)), RNG.normal(1, 1, size=(120, 3))) for _ in range(200)]
    spread = np.std([estimate.value for estimate in estimates])
    assert np.mean([estimate.ci95 for estimate in estimates]) == pytest.approx(1.96 * spread, rel=0.25)


def test_interval_of_the_kernel_distance_of_perfect_generators_holds_zero():
    estimates = [kernel_distance(*RNG.normal(size=(2, 150, 5))) for _ in range(200)]
    assert np.mean([abs(estimate.value) <= estimate.ci95 for estimate in estimates]) > 0.93


@pytest.mark.parametrize("chunk", [1, 7, 60, 64])
def test_chunks_change_nothing(monkeypatch, chunk):
    x, y = correlated(60, 5), correlated(45, 5, shift=0.5)
    kernel, balls = kernel_distance(x, y), neighbourhoods(x, y, 3)
    monkeypatch.setattr(distances, "CHUNK", chunk)
    assert kernel_distance(x, y) == pytest.approx(kernel, rel=1e-10)
    for name, estimate in neighbourhoods(x, y, 3).items():
        assert estimate == pytest.approx(balls[name], abs=1e-12)


def test_squared_distances_and_radii_against_a_loop():
    x, y = correlated(20, 4), correlated(15, 4)
    slow = [[np.linalg.norm(a - b) ** 2 for b in y] for a in x]
    np.testing.assert_allclose(squared_distances(x @ y.T, squares(x), squares(y)), slow, rtol=1e-9)
    others = [sorted(np.linalg.norm(a - b) ** 2 for j, b in enumerate(x) if j != i) for i, a in enumerate(x)]
    for k in (1, 2, 5):
        np.testing.assert_allclose(within(x, k).radii, [near[k - 1] for near in others], rtol=1e-9)


@pytest.mark.parametrize(("n", "m", "k", "chunk"), [(200, 130, 5, 1000), (90, 250, 3, 1000), (200, 130, 5, 33)])
def test_neighbourhoods_against_prdc(monkeypatch, n, m, k, chunk):
    monkeypatch.setattr(distances, "CHUNK", chunk)
    real, fake = correlated(n, 6), correlated(m, 6, shift=1)
    found, library = neighbourhoods(real, fake, k), compute_prdc(real, fake, k)
    library["coverage_prdc"] = library.pop("coverage")
    assert {name: estimate.value for name, estimate in found.items()} == pytest.approx(library, abs=1e-9)
    assert all(0.02 < value < 0.98 for name, value in library.items() if name != "density")


def test_neighbourhoods_of_perfect_generators():
    n, m, k = 200, 120, 5
    pairs = [(RNG.normal(size=(n, 3)), RNG.normal(size=(m, 3))) for _ in range(60)]
    found = [{name: estimate.value for name, estimate in neighbourhoods(*pair, k).items()} for pair in pairs]
    average = {name: np.mean([one[name] for one in found]) for name in found[0]}
    # The k nearest of all other points are real: then no fake point is in the ball.
    steps = np.arange(1, k + 1)
    missed = np.prod((n - steps) / (m + n - steps))
    assert average["coverage_prdc"] == pytest.approx(1 - missed, abs=0.012)
    assert average["density"] == pytest.approx(1, abs=0.04)
    equal = [neighbourhoods(*RNG.normal(size=(2, 150, 3)), k) for _ in range(30)]
    precision, recall, coverage = (
        np.mean([one[name].value for one in equal]) for name in ("precision", "recall", "coverage_prdc")
    )
    assert precision == pytest.approx(recall, abs=0.015)
    assert coverage == pytest.approx(1 - 1 / 2**k, abs=0.012)


def test_neighbourhoods_of_a_memorising_generator_are_all_at_one():
    real = correlated(150, 10)
    for name, estimate in neighbourhoods(real, RNG.permutation(real)).items():
        assert estimate.value == pytest.approx(1, abs=1e-12), name


def test_neighbourhoods_of_a_constant_generator():
    real = RNG.normal(size=(400, 3))
    far = neighbourhoods(real, np.full((300, 3), 50.0))
    assert {name: estimate.value for name, estimate in far.items()} == dict.fromkeys(far, 0)
    central = neighbourhoods(real, np.zeros((300, 3)))
    assert central["precision"] == (1, 0)
    assert central["recall"].value == 0
    assert central["coverage_prdc"].value < 0.1
    # Every copy lies in the same balls.
    assert central["density"].value == pytest.approx(400 * central["coverage_prdc"].value / 5)


def test_density_is_above_one_where_images_crowd():
    real = RNG.normal(size=(300, 20))
    assert neighbourhoods(real, 0.1 * RNG.normal(size=(200, 20)))["density"].value > 2
    assert neighbourhoods(real, 3 * RNG.normal(size=(200, 20)))["density"].value < 0.1


def test_neighbourhoods_of_a_generator_that_drops_half_the_modes():
    real = RNG.normal(size=(300, 4)) + 100 * (np.arange(300) % 2)[:, None]
    found = neighbourhoods(real, RNG.normal(size=(300, 4)))
    assert found["precision"].value > 0.8
    assert found["density"].value > 0.8
    assert 0.4 < found["recall"].value <= 0.5
    assert 0.4 < found["coverage_prdc"].value <= 0.5


def test_neighbourhoods_of_single_precision_features_count_in_double():
    real, fake = (correlated(80, 5) + 1000).astype(np.float32), (correlated(70, 5) + 1000).astype(np.float32)
    double = neighbourhoods(real.astype(np.float64), fake.astype(np.float64))
    assert neighbourhoods(real, fake) == double
