import numpy as np
import tensorflow as tf

from digitforge.models import build

RNG = np.random.default_rng(0)
ARGUMENTS = {
    "code": 3,
    "entries": 7,
    "network": {"name": "grid", "channels": 4, "blocks": 1},
    "pixels": "bernoulli",
    "commitment": 0.25,
    "prior_units": 5,
    "prior_depth": 2,
}
X = tf.constant(np.rint(RNG.random((4, 8, 8, 1))), tf.float32)


def vqvae():
    return build("vqvae", (8, 8, 1), ARGUMENTS, seed=3)


def test_the_nearest_entry_is_numpys():
    model = vqvae()
    z = RNG.normal(size=(5, 4, 3)).astype(np.float32)
    slow = ((z[:, :, None] - model.codebook.numpy()) ** 2).sum(axis=-1).argmin(axis=-1)
    np.testing.assert_array_equal(model.nearest(tf.constant(z)), slow)


def test_codes_are_entries_of_the_codebook():
    model = vqvae()
    codes = model.codes(X, None)[0].numpy().reshape(-1, 3)
    book = {tuple(entry) for entry in model.codebook.numpy()}
    assert all(tuple(code) in book for code in codes)
    assert all(tuple(code) in book for code in model.draw(6, seed=1).reshape(-1, 3))


def test_the_encoder_gets_the_decoders_gradient_straight_through():
    model = vqvae()
    entries = model.quantise(X)[1]
    flat = tf.reshape(entries, (-1, model.code))
    with tf.GradientTape() as tape:
        tape.watch(flat)
        loss = model.pixels.nll(X, model.decoder(flat))
    at_decoder = tape.gradient(loss, flat)
    first = model.encoder.trainable_variables[0]
    with tf.GradientTape(persistent=True) as tape:
        z = model.encoder(X)
        terms = model.terms(X, None, None, training=True)
    expected = tape.gradient(z, first, at_decoder)
    np.testing.assert_allclose(tape.gradient(terms["reconstruction_nats"], first), expected, rtol=1e-3, atol=1e-4)


def test_the_codebook_moves_to_the_vectors_and_the_commitment_counts():
    model = vqvae()
    z, entries, _ = model.quantise(X)
    distance = ((z - entries).numpy() ** 2).sum(axis=(1, 2))
    with tf.GradientTape() as tape:
        terms = model.terms(X, None, None, training=True)
    np.testing.assert_allclose(terms["commitment"], distance, rtol=1e-5)
    parts = terms["reconstruction_nats"] + 1.25 * distance + terms["prior_nats"]
    np.testing.assert_allclose(terms["loss"], parts, rtol=1e-5)
    moved = tf.convert_to_tensor(tape.gradient(terms["loss"], model.codebook)).numpy()
    numbers = model.quantise(X)[2].numpy().ravel()
    flat = z.numpy().reshape(-1, 3)
    for k in range(7):
        expected = 2 * (model.codebook.numpy()[k] - flat[numbers == k]).sum(axis=0)
        np.testing.assert_allclose(moved[k], expected, atol=1e-4)


def test_the_prior_is_normalised_and_sees_only_what_came_before():
    model = vqvae()
    grids = np.stack(np.meshgrid(*[range(7)] * 4, indexing="ij"), axis=-1).reshape(-1, 4).astype(np.int32)
    np.testing.assert_allclose(
        np.exp(-model.prior.nll(tf.constant(grids)).numpy().astype(np.float64)).sum(), 1, rtol=1e-4
    )


def test_the_prior_sees_all_that_came_before_and_nothing_else():
    prior = build("vqvae", (20, 20, 1), ARGUMENTS | {"prior_depth": 5}, seed=3).prior
    numbers = RNG.integers(7, size=(1, 5, 5)).astype(np.int32)
    before = prior.logits(tf.constant(numbers)).numpy()
    for position in range(25):
        changed = numbers.copy()
        changed[0, position // 5, position % 5] = (changed[0, position // 5, position % 5] + 3) % 7
        moved = np.abs(prior.logits(tf.constant(changed)).numpy() - before).max(axis=-1).ravel()
        assert (moved[: position + 1] == 0).all()
        assert (moved[position + 1 :] > 0).all()
    np.testing.assert_allclose(prior.logits(tf.constant(numbers[:, :2])).numpy(), before[:, :2], atol=1e-6)


def test_draws_follow_the_prior():
    model = vqvae()
    drawn = model.prior.sample(40_000, tf.constant([1, 2])).numpy()
    grids, counts = np.unique(drawn, axis=0, return_counts=True)
    top = np.argsort(-counts)[:10]
    expected = np.exp(-model.prior.nll(tf.constant(grids[top])).numpy())
    np.testing.assert_allclose(counts[top] / 40_000, expected, atol=6 * np.sqrt(expected.max() / 40_000))
