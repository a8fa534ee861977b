import numpy as np
import tensorflow as tf

from digitforge.models import build
from digitforge.settings.fit import Fit
from digitforge.training.fit import optimizer
from tests.small import GAME, fit

RNG = np.random.default_rng(0)
X = tf.constant(np.rint(RNG.random((8, 8, 8, 2))), tf.float32)
SEED = tf.constant([1, 2])


def gan(**changes):
    network = {"name": "patch", "channels": 4, "blocks": 0, "hidden": 8, "shared_channels": False}
    pack = changes.pop("pack", 1)
    game = GAME | {"penalty": 0.5} | changes
    model = build("gan", (8, 8, 2), {"code": 3, "network": network, "game": game, "pack": pack}, seed=3)
    model.compile(optimizer=optimizer(Fit(**fit()), 9))
    model.optimizer.build(model.trainable_variables)
    return model


def test_packed_images_stand_side_by_side_as_channels():
    model = gan(pack=4)
    packs = model.together(X).numpy()
    assert packs.shape == (2, 8, 8, 8)
    for i in range(8):
        np.testing.assert_array_equal(packs[i // 4, :, :, 2 * (i % 4) : 2 * (i % 4) + 2], X[i])
    assert model.encoder.input_shape == (None, 8, 8, 8)
    assert model.terms(X, None, SEED, training=True)["loss"].shape == (2,)


def test_a_step_moves_each_network_down_its_own_loss():
    model = gan(name="wasserstein")
    before = [weight.numpy() for weight in model.trainable_variables]
    step = tf.random.experimental.stateless_fold_in([0, 0], 0)
    generator, discriminator = model.decoder.trainable_variables, model.encoder.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        terms = model.terms(X, None, step, training=True)
        of_generator = tf.reduce_mean(terms["loss"])
        of_discriminator = tf.reduce_mean(terms["discriminator_loss"] + terms["penalty"])
    slopes = {id(w): g for w, g in zip(generator, tape.gradient(of_generator, generator), strict=True)}
    slopes |= {id(w): g for w, g in zip(discriminator, tape.gradient(of_discriminator, discriminator), strict=True)}
    model.train_step(tf.cast(255 * X, tf.uint8))
    for old, weight in zip(before, model.trainable_variables, strict=True):
        slope = slopes[id(weight)].numpy()
        moved = weight.numpy() - old
        steep = np.abs(slope) > 1e-5
        np.testing.assert_array_equal(np.sign(moved[steep]), -np.sign(slope[steep]))  # Adam's first step


def test_a_lazy_penalty_counts_as_much_as_a_constant_one():
    model, lazy = gan(), gan(penalty_every=4)
    whole = model.terms(X, None, SEED, training=True)["penalty"]
    found = []
    for step in range(8):
        lazy.optimizer.iterations.assign(step)
        found.append(lazy.terms(X, None, SEED, training=True)["penalty"].numpy())
    np.testing.assert_allclose(np.mean(found, axis=0), whole, rtol=1e-5)
    assert np.all(found[1] == 0)
