"""The objectives as the models compute them."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from digitforge.models import build
from tests.small import ELBO

RNG = np.random.default_rng(0)
NETWORK = {"name": "dense", "encoder": [8], "decoder": [8], "activation": "tanh", "code_activation": "linear"}
PARTS = {
    "code": 2,
    "network": NETWORK,
    "pixels": "bernoulli",
    "posterior": {"name": "diagonal"},
    "prior": {"name": "normal"},
    "objective": ELBO,
}
X = tf.constant(np.rint(RNG.random((5, 4, 4, 1))), tf.float32)
SEED = tf.constant([1, 2])


def vae(**changes):
    """A small VAE; changes: `prior`, and of the ELBO, or `draws` for an importance-weighted one."""
    prior = changes.pop("prior", PARTS["prior"])
    objective = {"name": "importance_weighted", **changes} if "draws" in changes else ELBO | changes
    return build("vae", (4, 4, 1), PARTS | {"prior": prior, "objective": objective}, seed=3)


def gradients(model, loss):
    """Of a function of the model without arguments -> one flat vector for each weight."""
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss())
    return [np.ravel(tf.convert_to_tensor(g)) for g in tape.gradient(value, model.trainable_variables)]


def test_the_loss_is_the_sum_of_its_parts_with_beta():
    model = vae(beta=3.0)
    terms = model.terms(X, None, SEED, training=False)
    np.testing.assert_allclose(terms["loss"], terms["reconstruction_nats"] + 3 * terms["kl_nats"], rtol=1e-6)


def test_beta_grows_over_the_warm_up():
    model = vae(beta=2.0, warmup=0.5)
    model.steps = 100
    model.compile(optimizer="adam")
    grown = []
    for step in (0, 25, 50, 90):
        model.optimizer.iterations.assign(step)
        terms = model.terms(X, None, SEED, training=True)
        grown.append(np.mean((terms["loss"] - terms["reconstruction_nats"]) / terms["kl_nats"]))
    np.testing.assert_allclose(grown, [0, 1, 2, 2], rtol=1e-3)
    terms = model.terms(X, None, SEED, training=False)
    np.testing.assert_allclose(terms["loss"], terms["reconstruction_nats"] + 2 * terms["kl_nats"], rtol=1e-5)


def test_importance_weighting_with_many_draws_is_tighter_than_with_two():
    images = tf.tile(X, [200, 1, 1, 1])
    loss = {k: np.mean(vae(draws=k).terms(images, None, SEED, training=False)["loss"]) for k in (2, 50)}
    elbo = np.mean(vae().terms(images, None, SEED, training=False)["loss"])
    assert loss[50] < loss[2] < elbo


def test_the_bound_of_one_draw_is_the_elbo():
    model = vae()
    log_p_xz, log_ratio = model.weigh(X, 1, SEED)
    q_z = model.q_z(X)
    z = q_z.sample(1, seed=SEED)
    expected = -model.pixels.nll(X, model.decoder(z[0])) - (q_z.log_prob(z) - model.p_z().log_prob(z))[0]
    np.testing.assert_allclose((log_p_xz - log_ratio)[:, 0], expected, rtol=1e-5)


def test_the_doubly_reparametrised_gradient_is_tuckers_estimator():
    """Equation 8, written out: sum_k w_k^2 d log w_k / dz_k dz_k/dphi; for the decoder sum_k w_k d log w_k."""
    model = vae(draws=4)
    found = gradients(model, lambda: model.terms(X, None, SEED, training=True)["loss"])

    with tf.GradientTape(persistent=True) as tape:
        q_z = model.q_z(X)
        z = q_z.sample(4, seed=SEED)
        fixed = tf.stop_gradient(z)
        tape.watch(fixed)
        stopped = model.posterior.distribution(tf.stop_gradient(model.encoder(X)))
        decoded = tf.reshape(model.decoder(tf.reshape(fixed, (-1, 2))), (4, 5, 4, 4, 1))
        log_w = tf.stack([-model.pixels.nll(X, decoded[k]) for k in range(4)])
        log_w = log_w + model.p_z().log_prob(fixed) - stopped.log_prob(fixed)
        weights = softmax(log_w.numpy(), axis=0)
        of_decoder = -tf.reduce_mean(tf.reduce_sum(weights * log_w, axis=0))
    path = tape.gradient(log_w, fixed)
    slow = {id(v): tape.gradient(of_decoder, v) for v in model.decoder.trainable_variables}
    upstream = -(weights**2)[..., None] * path / 5
    slow |= {id(v): tape.gradient(z, v, upstream) for v in model.encoder.trainable_variables}
    for value, weight in zip(found, model.trainable_variables, strict=True):
        np.testing.assert_allclose(value, np.ravel(slow[id(weight)]), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    "prior", [{"name": "vamp", "components": 3}, {"name": "flow", "components": 2, "layers": 2, "hidden": 4}]
)
def test_a_learned_prior_gets_a_gradient(prior):
    model = vae(prior=prior)
    found = gradients(model, lambda: model.terms(X, None, SEED, training=True)["loss"])
    owned = {id(weight) for held in model.prior.tracked for weight in getattr(held, "weights", [held])}
    of_prior = [g for g, w in zip(found, model.trainable_variables, strict=True) if id(w) in owned]
    assert of_prior
    assert sum(np.abs(g).sum() for g in of_prior) > 0


def test_log_p_of_a_conditional_vae_sums_over_the_labels():
    arguments = {"code": 1, "network": NETWORK, "pixels": "bernoulli", "hidden": 6, "beta": 1.0}
    model = build("conditional_vae", (4, 4, 1), arguments, classes=3, seed=3)
    grid = np.linspace(-7, 7, 1401, dtype=np.float32)
    total = np.zeros(5)
    for y in range(3):
        codes = np.concatenate([np.tile(np.eye(3, dtype=np.float32)[y], (len(grid), 1)), grid[:, None]], axis=1)
        eta, normaliser = model.pixels.natural(model.decoder(codes))
        log_p = np.einsum("khwc,bhwc->bk", eta, X) - normaliser.numpy()
        total += np.exp(log_p - grid**2 / 2).sum(axis=1) * 0.01 / np.sqrt(2 * np.pi) / 3
    log_p_xz, log_ratio = model.weigh(X, 20_000, SEED)
    found = tf.reduce_logsumexp(log_p_xz - log_ratio, axis=1) - np.log(20_000)
    np.testing.assert_allclose(found, np.log(total), atol=0.05)


def test_a_conditional_vae_generates_by_class_and_reads_the_class():
    arguments = {"code": 2, "network": NETWORK, "pixels": "bernoulli", "hidden": 6, "beta": 1.0}
    model = build("conditional_vae", (4, 4, 1), arguments, classes=3, seed=3)
    drawn = model.draw(300, seed=1)
    np.testing.assert_array_equal(np.sort(drawn[:, :3], axis=1), np.tile([0, 0, 1], (300, 1)))
    assert np.all(drawn[:, :3].mean(axis=0) > 0.25)
    terms = model.terms(X, tf.constant([0, 1, 2, 0, 1]), SEED, training=False)
    parts = terms["reconstruction_nats"] + terms["kl_nats"] + terms["label_nats"]
    np.testing.assert_allclose(terms["loss"], parts, rtol=1e-6)
    read = model.q_z(X).first.categorical.logits.numpy()
    expected = -np.log(softmax(read, axis=1)[np.arange(5), [0, 1, 2, 0, 1]])
    np.testing.assert_allclose(terms["label_nats"], expected, rtol=1e-4)


def test_a_conditional_vae_never_draws_a_label_that_it_was_not_trained_on():
    arguments = {"code": 2, "network": NETWORK, "pixels": "bernoulli", "hidden": 6, "beta": 1.0}
    model = build("conditional_vae", (4, 4, 1), arguments, classes=6, seed=3)
    labels = np.array([0, 2, 2, 2, 5] * 20)
    model.adapt(RNG.integers(0, 256, (100, 4, 4, 1)).astype(np.uint8), labels)
    assert model.labels.tolist() == [0, 2, 5]
    drawn = model.draw(5_000, seed=1)[:, :6].mean(axis=0)
    np.testing.assert_allclose(drawn, [0.2, 0, 0.6, 0, 0, 0.2], atol=0.03)
    assert (drawn[[1, 3, 4]] == 0).all()
    terms = model.terms(X, tf.constant([0, 1, 2, 0, 5]), SEED, training=False)
    assert np.isfinite(terms["loss"]).all()  # even of a label that it can't know
    again = build("conditional_vae", (4, 4, 1), arguments, classes=6, seed=4)
    again.set_weights(model.get_weights())
    assert again.labels.tolist() == [0, 2, 5]  # with the weights goes what labels there are
