import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from sklearn.neighbors import NearestNeighbors

from digitforge.metrics import memorisation
from digitforge.metrics.memorisation import copying, nearest

RNG = np.random.default_rng(0)
TRAINING, HELD_OUT = RNG.normal(size=(400, 10)), RNG.normal(size=(200, 10))


def in_one_cell(generated, held_out):
    return copying(generated, held_out, np.zeros(len(generated)), np.zeros(len(held_out)))


def copying_of(generated):
    return in_one_cell(nearest(generated, TRAINING)[0], nearest(HELD_OUT, TRAINING)[0])


@pytest.mark.parametrize("chunk", [1, 7, 300, 2500])
def test_nearest_against_scikit_learn(monkeypatch, chunk):
    monkeypatch.setattr(memorisation, "CHUNK", chunk)
    queries, pool = RNG.normal(size=(120, 20)), RNG.normal(size=(300, 20))
    distances, positions = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(pool).kneighbors(queries)
    found, index = nearest(queries, pool)
    np.testing.assert_allclose(found, distances[:, 0], rtol=1e-5)
    np.testing.assert_array_equal(index, positions[:, 0])


def test_nearest_against_a_loop_over_8_bit_pixels():
    queries, pool = (RNG.integers(0, 256, (count, 30)).astype(np.uint8) for count in (10, 25))
    slow = np.array([[np.linalg.norm(q / 255 - p / 255) for p in pool] for q in queries])
    found, index = nearest(queries, pool)
    np.testing.assert_allclose(found, slow.min(axis=1), rtol=1e-4)
    np.testing.assert_array_equal(index, slow.argmin(axis=1))


def test_copies_are_found_where_they_are():
    copied = RNG.permutation(400)[:50]
    found, index = nearest(TRAINING[copied], TRAINING)
    np.testing.assert_allclose(found, 0, atol=1e-2)
    np.testing.assert_array_equal(index, copied)


def test_the_first_of_equal_neighbours_is_named(monkeypatch):
    monkeypatch.setattr(memorisation, "CHUNK", 3)
    pool = np.repeat(np.eye(4), 5, axis=0)
    found, index = nearest(np.eye(4), pool)
    np.testing.assert_array_equal(found, 0)
    np.testing.assert_array_equal(index, [0, 5, 10, 15])


def test_a_memorising_generator_copies():
    assert copying_of(TRAINING[:200]) == pytest.approx((1, 0), abs=1e-9)
    assert copying_of(TRAINING[:200] + RNG.normal(0, 0.05, size=(200, 10))).value > 0.99


def test_a_perfect_generator_is_as_near_as_held_out_images():
    found = [copying_of(RNG.normal(size=(200, 10))) for _ in range(20)]
    # Twenty generators share one held-out set, whose error stays: about 1 / sqrt(12 x 200).
    assert np.mean([estimate.value for estimate in found]) == pytest.approx(0.5, abs=0.08)
    assert np.mean([abs(estimate.value - 0.5) for estimate in found]) < 0.1


def test_far_noise_does_not_copy():
    assert copying_of(20 + RNG.normal(size=(200, 10))) == pytest.approx((0, 0), abs=1e-9)


def test_a_generator_that_copies_half_the_time():
    half = np.concatenate([TRAINING[:100], RNG.normal(size=(100, 10))])
    assert copying_of(half).value == pytest.approx(0.75, abs=0.08)


def test_copying_against_mann_whitney_with_ties():
    generated, held_out = RNG.integers(0, 9, 150).astype(float), RNG.integers(1, 11, 90).astype(float)
    pairs = mannwhitneyu(held_out, generated).statistic / (150 * 90)
    assert in_one_cell(generated, held_out).value == pytest.approx(pairs, rel=1e-12)
    wins = [(g < h) + 0.5 * (g == h) for g in generated for h in held_out]
    assert in_one_cell(generated, held_out).value == pytest.approx(np.mean(wins), rel=1e-12)


def test_interval_of_copying_is_the_spread_over_repeated_samples():
    found = [in_one_cell(RNG.gamma(3, size=150), RNG.gamma(4, size=100)) for _ in range(150)]
    spread = np.std([estimate.value for estimate in found])
    assert np.mean([estimate.ci95 for estimate in found]) == pytest.approx(1.96 * spread, rel=0.3)


def test_a_taste_for_easy_cells_is_not_copying():
    # Cell 1 lies nearer to its training images than cell 0; new data of both, but nine in ten generated are of cell 1.
    held_out_cells = np.repeat([0, 1], 300)
    generated_cells = np.repeat([0, 1], [60, 540])
    generated, held_out = (RNG.gamma(np.where(cells == 1, 3.0, 30.0)) for cells in (generated_cells, held_out_cells))
    assert in_one_cell(generated, held_out).value > 0.65
    assert copying(generated, held_out, generated_cells, held_out_cells).value == pytest.approx(0.5, abs=0.07)


def test_cells_are_averaged_over_generated_images():
    generated, held_out = np.array([0.0, 0.0, 9.0]), np.array([1.0, 5.0])
    # Cell "a": both nearer (1.0), two images; cell "b": further (0.0), one image; cell "c" has nothing to compare with.
    found = copying(np.append(generated, 0.0), held_out, np.array(list("aabc")), np.array(list("ab")))
    assert found.value == pytest.approx(2 / 3)


def test_without_a_shared_cell_all_are_compared():
    generated, held_out = RNG.random(20), RNG.random(30)
    found = copying(generated, held_out, np.zeros(20), np.ones(30))
    assert found == in_one_cell(generated, held_out)
