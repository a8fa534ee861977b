import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from scipy.special import logsumexp
from scipy.stats import norm

from digitforge.models import build, scoring
from tests.small import ELBO

RNG = np.random.default_rng(0)
SHAPE = (4, 4, 1)
NETWORK = {"name": "dense", "encoder": [8], "decoder": [8], "activation": "tanh", "code_activation": "linear"}
PARTS = {
    "network": NETWORK,
    "pixels": "bernoulli",
    "prior": {"name": "normal"},
    "objective": ELBO,
}
IMAGES = np.where(RNG.random((6, *SHAPE)) < 0.4, np.uint8(255), np.uint8(0))


def vae(code, posterior="diagonal"):
    """A small VAE, its posteriors a little wider than the prior: narrower ones would miss weight in the tails."""
    keras.utils.set_random_seed(4)
    model = build("vae", SHAPE, PARTS | {"code": code, "posterior": {"name": posterior}}, seed=4)
    last = model.encoder.layers[-1]
    if posterior == "diagonal":
        last.bias.assign(np.repeat([0.0, 1.8], code))
    return model


def log_p_by_quadrature(model, grid):
    """log of the integral of p(x|z) N(z; 0, 1) over a code of one, by the midpoint rule."""
    logits = np.asarray(model.decoder(grid[:, None].astype(np.float32))).reshape(len(grid), -1).astype(np.float64)
    x = IMAGES.reshape(len(IMAGES), -1) / 255
    log_p_xz = x @ logits.T - np.logaddexp(0, logits).sum(axis=1)
    return logsumexp(log_p_xz + norm.logpdf(grid) + np.log(grid[1] - grid[0]), axis=1)


def test_importance_sampling_and_prior_sampling_find_the_integral():
    model = vae(1)
    exact = log_p_by_quadrature(model, np.linspace(-8, 8, 4001))
    found = scoring.image_nats(model, IMAGES, 60_000, seed=1)
    np.testing.assert_allclose(found["log_p"], exact, atol=0.03)
    np.testing.assert_allclose(found["prior_log_p"], exact, atol=0.03)


def test_a_bound_of_few_draws_lies_below():
    model = vae(1)
    exact = log_p_by_quadrature(model, np.linspace(-8, 8, 4001))
    many = np.tile(IMAGES, (200, 1, 1, 1))
    bounds = [scoring.importance_nats(model, many, draws, seed=2)["log_p"].mean() for draws in (1, 4, 16)]
    assert bounds[0] < bounds[1] < bounds[2] < exact.mean() + 0.01


@pytest.mark.parametrize("posterior", ["diagonal", "tril"])
def test_one_draw_is_the_elbo_and_many_find_its_parts(posterior):
    model = vae(3, posterior)
    single = scoring.image_nats(model, IMAGES, 1, seed=3)
    np.testing.assert_allclose(single["log_p"], -single["reconstruction_nats"] - single["kl_nats"], rtol=1e-6)
    many = scoring.image_nats(model, IMAGES, 20_000, seed=3)
    q_z = model.q_z(tf.constant(IMAGES / 255, tf.float32))
    exact = tfp.distributions.kl_divergence(q_z, model.p_z())
    np.testing.assert_allclose(many["kl_nats"], exact, rtol=0.02)


def test_weights_are_those_of_the_distributions():
    model = vae(2, "tril")
    x = tf.constant(IMAGES / 255, tf.float32)
    log_p_xz, log_ratio = model.weigh(x, 5, tf.constant([7, 8]))
    q_z = model.q_z(x)
    z = q_z.sample(5, seed=tf.constant([7, 8])).numpy()
    for k in range(5):
        pixels = tfp.distributions.Bernoulli(logits=model.decoder(z[k])).log_prob(x)
        np.testing.assert_allclose(log_p_xz[:, k], tf.reduce_sum(pixels, axis=[1, 2, 3]), rtol=1e-4)
        ratio = q_z.log_prob(z[k]) - norm.logpdf(z[k]).sum(axis=1)
        np.testing.assert_allclose(log_ratio[:, k], ratio, rtol=1e-4, atol=1e-4)


def test_more_draws_than_are_decoded_at_once_come_in_chunks(monkeypatch):
    model = vae(1)
    exact = log_p_by_quadrature(model, np.linspace(-8, 8, 4001))
    monkeypatch.setattr(scoring, "DECODES", 7000)
    found = scoring.importance_nats(model, IMAGES, 60_001, seed=1)
    assert found["log_p"].shape == (len(IMAGES),)
    np.testing.assert_allclose(found["log_p"], exact, atol=0.03)


def test_chunks_of_one_image_are_drawn_independently(monkeypatch):
    model, seen = vae(1), []
    weigh = type(model).weigh
    monkeypatch.setattr(type(model), "weigh", lambda self, x, k, key: seen.append(1) or weigh(self, x, k, key))
    monkeypatch.setattr(scoring, "DECODES", 50)
    two = scoring.importance_nats(model, IMAGES[:1], 100, seed=1)["log_p"]
    half = scoring.importance_nats(model, IMAGES[:1], 50, seed=1)["log_p"]
    # Were both halves drawn with the same numbers, twice the draws would give the same bound.
    assert abs(two[0] - half[0]) > 1e-6
    assert seen


def test_a_family_without_likelihood_gives_the_reconstruction_error_alone():
    plain = {"penalty": {"name": "none"}, "noise": 0.0, "decay": 0.0}
    model = build("autoencoder", SHAPE, {"code": 2, "network": NETWORK, "pixels": "bernoulli"} | plain, seed=4)
    found = scoring.image_nats(model, IMAGES, 5, seed=1)
    assert set(found) == {"cross_entropy_nats"}
    x = IMAGES / 255
    p = model.decode(model.encode(IMAGES, 0)[0]).astype(np.float64)
    slow = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(found["cross_entropy_nats"], slow, rtol=1e-5)


def test_an_autoencoder_scores_a_spoiled_image_higher_than_its_own_reconstruction():
    model = vae(2)
    kept = np.rint(model.decode(model.encode(IMAGES, 0)[0])).astype(np.uint8) * 255
    scores = [scoring.image_nats(model, images, 1, 0)["cross_entropy_nats"] for images in (255 - kept, kept)]
    assert scores[0].mean() > scores[1].mean() + 0.5


def test_the_aggregate_posterior_against_a_slow_mixture(monkeypatch):
    model = vae(2)
    monkeypatch.setattr(scoring, "AGGREGATE_DRAWS", 4)
    found = scoring.aggregate_posterior(model, IMAGES, seed=5)
    chosen = np.random.default_rng(5).permutation(len(IMAGES))[:4]
    q_z = model.q_z(tf.constant(IMAGES / 255, tf.float32))
    mu, sigma = q_z.mean().numpy(), q_z.stddev().numpy()
    z = model.q_z(tf.constant(IMAGES[chosen] / 255, tf.float32)).sample(seed=[5, 3]).numpy()
    for i in range(4):
        densities = norm.logpdf(z[i], mu, sigma).sum(axis=1)
        assert found["log_q_z"][i] == pytest.approx(logsumexp(densities) - np.log(len(IMAGES)), rel=1e-4, abs=1e-4)
        assert found["log_q_zx"][i] == pytest.approx(densities[chosen[i]], rel=1e-4, abs=1e-4)
        assert found["log_p_z"][i] == pytest.approx(norm.logpdf(z[i]).sum(), rel=1e-4)


def test_sets_are_scored_with_the_test_images_and_come_apart_by_name():
    model = vae(2)
    sets = {"inverted": 255 - IMAGES[:2], "black": np.zeros_like(IMAGES[:3])}
    training = model.encode(IMAGES, 1)[0]
    found = scoring.score(model, IMAGES, training, sets, 3, seed=1)
    alone = {
        name: scoring.image_nats(model, images, 3, 1)["cross_entropy_nats"]
        for name, images in {"": IMAGES, "inverted_": sets["inverted"], "black_": sets["black"]}.items()
    }
    assert {name for name in found if name.endswith("log_p") and "prior" not in name} == {
        "log_p",
        "inverted_log_p",
        "black_log_p",
    }
    for prefix, values in alone.items():
        np.testing.assert_allclose(found[f"{prefix}cross_entropy_nats"], values, rtol=1e-5)


def test_chosen_images_are_weighed_with_many_draws():
    model, chosen = vae(2), np.array([4, 1])
    found = scoring.weigh_closely(model, IMAGES, chosen, 50, seed=3)
    np.testing.assert_array_equal(found["tight_images"], chosen)
    expected = scoring.importance_nats(model, IMAGES[chosen], 50, seed=3)["log_p"]
    np.testing.assert_array_equal(found["tight_log_p"], expected)
