import math

import numpy as np
import pytest
import tensorflow as tf

from digitforge.nn.penalties import L1, L2, KlSparsity, Mmd, NoPenalty, kl_sparsity, l1, l2, mmd, no_penalty

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(6, 3)).astype(np.float32)


def test_norm_penalties_are_numpys():
    np.testing.assert_array_equal(no_penalty(Z, None, NoPenalty(name="none")), np.zeros(6))
    np.testing.assert_allclose(l1(Z, None, L1(name="l1", weight=0.3)), 0.3 * np.abs(Z).sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(l2(Z, None, L2(name="l2", weight=0.3)), 0.15 * (Z**2).sum(axis=1), rtol=1e-6)


def test_kl_sparsity_is_zero_at_its_target_and_numpys_elsewhere():
    activations = np.tile([[0.1, 0.3]], (4, 1)).astype(np.float32)
    settings = KlSparsity(name="kl_sparsity", weight=2.0, target=0.1)
    expected = 0.1 * math.log(0.1 / 0.3) + 0.9 * math.log(0.9 / 0.7)
    np.testing.assert_allclose(kl_sparsity(activations, None, settings), [2 * expected] * 4, rtol=1e-4)


def slow_mmd(a, b):
    def kernel(u, v):
        return sum(c / (c + ((u - v) ** 2).sum()) for c in 2 * len(u) * np.array([0.1, 0.2, 0.5, 1, 2, 5, 10]))

    n = len(a)
    same = sum(kernel(s[i], s[j]) for s in (a, b) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    return same - 2 * sum(kernel(u, v) for u in a for v in b) / n**2


def test_mmd_is_a_double_loop():
    seed = tf.constant([1, 2])
    drawn = tf.random.stateless_normal(Z.shape, seed).numpy()
    found = mmd(tf.constant(Z), seed, Mmd(name="mmd", weight=10.0))
    assert found.shape == (6,)
    np.testing.assert_allclose(found, 10 * slow_mmd(Z, drawn), rtol=1e-3)


def test_mmd_of_a_single_code_is_finite():
    assert np.isfinite(mmd(tf.constant(Z[:1]), tf.constant([3, 4]), Mmd(name="mmd", weight=1.0))).all()


@pytest.mark.parametrize(("shift", "low", "high"), [(0.0, -0.02, 0.02), (2.0, 0.5, 10)])
def test_mmd_tells_the_prior_from_another_distribution(shift, low, high):
    z = tf.constant(RNG.normal(shift, 1, (500, 4)), tf.float32)
    assert low < float(mmd(z, tf.constant([3, 4]), Mmd(name="mmd", weight=1.0))[0]) < high
