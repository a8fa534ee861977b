import numpy as np
import pytest
import tensorflow as tf

from digitforge.nn.adversarial import NonsaturatingGame, WassersteinGame, squared_slope

RNG = np.random.default_rng(0)
REAL, FAKE = (tf.constant(RNG.random((4, 3, 3, 2)), tf.float32) for _ in range(2))
SEED = tf.constant([1, 2])


def linear(weights):
    return lambda x: tf.reduce_sum(x * weights, axis=[1, 2, 3])


def unit(shape=(3, 3, 2)):
    weights = RNG.normal(size=shape)
    return (weights / np.linalg.norm(weights)).astype(np.float32)


def test_the_gradient_penalty_of_a_linear_critic_of_slope_one_is_zero():
    np.testing.assert_allclose(WassersteinGame.penalty(linear(unit()), REAL, FAKE, SEED), 0, atol=1e-6)
    np.testing.assert_allclose(WassersteinGame.penalty(linear(3 * unit()), REAL, FAKE, SEED), 4, rtol=1e-4)


def test_r1_of_a_linear_discriminator_is_half_its_squared_slope():
    np.testing.assert_allclose(NonsaturatingGame.penalty(linear(3 * unit()), REAL, FAKE, SEED), 4.5, rtol=1e-5)


def test_the_slope_is_the_numerical_one():
    weights = unit()

    def judge(x):
        return tf.tanh(linear(weights)(x)) ** 2

    step, x = 1e-2, REAL.numpy()
    slopes = []
    for i in np.ndindex(3, 3, 2):
        up, down = x.copy(), x.copy()
        up[:, *i] += step
        down[:, *i] -= step
        slopes.append((judge(up) - judge(down)).numpy() / (2 * step))
    np.testing.assert_allclose(squared_slope(judge, REAL), np.square(slopes).sum(axis=0), rtol=1e-2, atol=1e-5)


@pytest.mark.parametrize("game", [NonsaturatingGame, WassersteinGame])
def test_each_side_gains_what_hurts_the_other(game):
    good, bad = tf.constant([2.0]), tf.constant([-2.0])
    assert game.losses(good, good)[0] < game.losses(good, bad)[0]  # the generator likes fakes to score high
    assert game.losses(good, bad)[1] < game.losses(good, good)[1]  # the discriminator doesn't


def test_nonsaturating_losses_are_those_of_the_log_odds():
    of_generator, of_discriminator = NonsaturatingGame.losses(tf.constant([0.3]), tf.constant([-1.2]))
    real, fake = 1 / (1 + np.exp(-0.3)), 1 / (1 + np.exp(1.2))
    assert float(of_generator[0]) == pytest.approx(-np.log(fake), rel=1e-5)
    assert float(of_discriminator[0]) == pytest.approx(-np.log(real) - np.log(1 - fake), rel=1e-5)
