import keras
import numpy as np
import pytest
import tensorflow as tf

from stages.training.adam import FusedAdam


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_takes_the_steps_of_keras_adam(ema):
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 20)
    weights = []
    for kind in (keras.optimizers.Adam, FusedAdam):
        rng = np.random.default_rng(0)
        variables = [keras.Variable(rng.normal(size=shape), dtype="float32") for shape in ((3, 4), (5,))]
        optimizer = kind(schedule, **({"use_ema": True, "ema_momentum": ema} if ema else {}))
        optimizer.build(variables)
        step = tf.function(optimizer.apply)
        for _ in range(20):
            step([tf.constant(rng.normal(size=v.shape), tf.float32) for v in variables])
        if ema:
            optimizer.finalize_variable_values(variables)
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
