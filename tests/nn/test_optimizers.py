import keras
import numpy as np
import pytest
import tensorflow as tf

from digitforge.nn.keras_optimizers import FusedAdam
from digitforge.nn.optimizers import Adam, RmsProp, build


def test_takes_the_steps_of_keras_adam():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 20)
    weights = []
    for kind in (keras.optimizers.Adam, FusedAdam):
        rng = np.random.default_rng(0)
        variables = [keras.Variable(rng.normal(size=shape), dtype="float32") for shape in ((3, 4), (5,))]
        optimizer = kind(schedule)
        optimizer.build(variables)
        step = tf.function(optimizer.apply)
        for _ in range(20):
            step([tf.constant(rng.normal(size=v.shape), tf.float32) for v in variables])
        weights.append(np.concatenate([np.ravel(v) for v in variables]))
    np.testing.assert_allclose(weights[1], weights[0], rtol=1e-5, atol=1e-5)


def test_state_is_saved_as_keras_saves_adams():
    variable = keras.Variable(np.ones(3), dtype="float32")
    optimizer = FusedAdam(0.1)
    optimizer.build([variable])
    optimizer.apply([tf.ones(3)], [variable])
    saved = {}
    optimizer.save_own_variables(saved)
    assert [np.shape(value) for value in saved.values()] == [(), (), (3,), (3,)]
    assert np.all(np.asarray(saved["2"]) == pytest.approx(0.1))  # first moment: (1 - 0.9) of the gradient


@pytest.mark.parametrize("settings", [Adam(name="adam", momentum=0.9), RmsProp(name="rmsprop")])
@pytest.mark.parametrize("longest", [0.5, 0.999])
def test_averages_the_last_tenth_of_the_steps_or_as_many_as_momentum_remembers(settings, longest):
    variable = keras.Variable(np.zeros(2), dtype="float32")
    optimizer = build(settings, 0.1, longest)
    optimizer.build([variable])
    step = tf.function(optimizer.apply)
    rng, expected = np.random.default_rng(0), np.zeros(2)
    for t in range(30):
        step([tf.constant(rng.normal(size=2), tf.float32)])
        momentum = min(longest, (1 + t) / (10 + t)) if t else 0.0  # nothing to average before the first step
        expected = momentum * expected + (1 - momentum) * variable.numpy()
    assert not np.allclose(expected, variable.numpy(), atol=1e-3)
    optimizer.finalize_variable_values([variable])
    np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-5)


def test_a_short_training_forgets_where_it_began():
    variable = keras.Variable([0.0], dtype="float32")
    optimizer = build(Adam(name="adam", momentum=0.9), 0.01, 0.9999)
    optimizer.build([variable])
    step = tf.function(optimizer.apply)
    for _ in range(100):
        step([tf.constant([-1.0])])  # Adam then moves by its rate: to 1 after 100 steps
    optimizer.finalize_variable_values([variable])
    assert 0.85 < variable.numpy()[0] < 0.95
