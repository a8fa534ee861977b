import keras
import numpy as np
import pytest
import tensorflow as tf
from pydantic import TypeAdapter
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import multivariate_normal, norm

from digitforge.nn import posteriors, priors
from digitforge.nn.distributions import CouplingFlow, Flowed, Mixture, Pair, apply, diagonal, kl, mlp, standard_normal
from digitforge.nn.labels import Label, LabelledPosterior, LabelledPrior

RNG = np.random.default_rng(0)
GAUSSIAN = ["diagonal", "tril"]
SEED = tf.constant([1, 2])


def stirred(part):
    """The part or network with random weights in the place of zeros."""
    for held in getattr(part, "tracked", [part]):
        for weight in getattr(held, "weights", [held]):
            weight.assign(RNG.normal(0, 0.4, weight.shape))
    return part


def posterior_of(code, name, **settings):
    if name == "labelled":
        return LabelledPosterior(code, **settings)
    chosen = TypeAdapter(posteriors.PosteriorOf).validate_python({"name": name, **settings})
    return posteriors.build(code, chosen)


def prior_of(code, shape, name, **settings):
    if name == "labelled":
        return LabelledPrior(code, **settings)
    return priors.build(code, shape, TypeAdapter(priors.PriorOf).validate_python({"name": name, **settings}))


def closed_form_kl(mean, covariance):
    """KL(N(mean, covariance) || N(0, I)), written out."""
    mean = mean.numpy().astype(np.float64)
    return 0.5 * (np.trace(covariance) + mean @ mean - len(mean) - np.linalg.slogdet(covariance)[1])


@pytest.mark.parametrize("name", GAUSSIAN)
@pytest.mark.parametrize("code", [1, 2, 5, 17])
def test_kl_against_numpy(name, code):
    posterior = posterior_of(code, name)
    q_z = posterior.distribution(tf.constant(RNG.normal(size=(4, posterior.size)), tf.float32))
    factors = q_z.scale.to_dense().numpy().astype(np.float64)
    expected = [closed_form_kl(mean, factor @ factor.T) for mean, factor in zip(q_z.mean(), factors, strict=True)]
    np.testing.assert_allclose(kl(q_z, standard_normal(code), None), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", GAUSSIAN)
def test_log_prob_against_scipy(name):
    posterior = posterior_of(3, name)
    q_z = posterior.distribution(tf.constant(RNG.normal(size=(1, posterior.size)), tf.float32))
    z = RNG.normal(size=(1, 3)).astype(np.float32)
    expected = multivariate_normal(q_z.mean()[0], q_z.covariance()[0].numpy()).logpdf(z[0])
    assert float(q_z.log_prob(z)[0]) == pytest.approx(expected, rel=1e-4)


def test_tril_reaches_correlated_codes_and_diagonal_does_not():
    covariances = {}
    for name in GAUSSIAN:
        posterior = posterior_of(4, name)
        parameters = tf.constant(RNG.normal(size=(1, posterior.size)), tf.float32)
        covariances[name] = posterior.distribution(parameters).covariance().numpy()[0]
    assert np.abs(covariances["tril"] - np.diag(np.diag(covariances["tril"]))).max() > 0.05
    assert np.abs(covariances["diagonal"] - np.diag(np.diag(covariances["diagonal"]))).max() == 0


def test_without_a_closed_form_the_kl_is_estimated():
    flow = stirred(CouplingFlow(3, layers=2, hidden=8))
    q_z = Flowed(standard_normal(3), flow.bijector())
    z = q_z.sample(40_000, seed=SEED)
    found = kl(q_z, standard_normal(3), z)
    np.testing.assert_allclose(found, q_z.log_prob(z) - standard_normal(3).log_prob(z))
    assert np.mean(found) > 0  # as a KL is


def test_same_seed_same_draw():
    q_z = standard_normal(5)
    np.testing.assert_array_equal(q_z.sample(3, seed=[1, 2]), q_z.sample(3, seed=[1, 2]))
    assert not np.array_equal(q_z.sample(3, seed=[1, 2]), q_z.sample(3, seed=[1, 3]))


@pytest.mark.parametrize(("code", "context"), [(2, 0), (5, 0), (4, 3)])
def test_a_flow_is_undone_by_its_inverse_and_its_log_determinant_is_the_jacobians(code, context):
    flow = stirred(CouplingFlow(code, layers=3, hidden=6, context=context))
    h = tf.constant(RNG.normal(size=(4, context)), tf.float32) if context else None
    bijector = flow.bijector(h)
    z = tf.constant(RNG.normal(size=(4, code)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(z)
        moved = bijector.forward(z)
    assert np.abs(moved - z).max() > 0.1
    np.testing.assert_allclose(bijector.inverse(tf.identity(moved)), z, atol=1e-4)
    jacobians = tape.batch_jacobian(moved, z).numpy()
    expected = np.linalg.slogdet(jacobians)[1]
    np.testing.assert_allclose(bijector.forward_log_det_jacobian(z, event_ndims=1), expected, atol=1e-4)
    backwards = bijector.inverse_log_det_jacobian(tf.identity(moved), event_ndims=1)
    np.testing.assert_allclose(backwards, -expected, atol=1e-4)


def test_a_fresh_flow_only_reorders():
    z = tf.constant(RNG.normal(size=(4, 6)), tf.float32)
    moved = CouplingFlow(6, layers=4, hidden=8).bijector().forward(z)
    np.testing.assert_allclose(np.sort(moved, axis=1), np.sort(z, axis=1), atol=1e-6)


@pytest.mark.parametrize("components", [1, 4])
def test_a_flow_priors_density_integrates_to_one(components):
    density = stirred(prior_of(2, (2, 2, 1), "flow", components=components, layers=2, hidden=6)).distribution(None)
    grid = np.linspace(-14, 14, 561)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2).astype(np.float32)
    assert np.exp(density.log_prob(points)).sum() * (grid[1] - grid[0]) ** 2 == pytest.approx(1, abs=0.01)


def test_a_mixture_is_the_weighted_sum_of_its_gaussians():
    mixture = stirred(Mixture(3, 4))
    weights, deviations = softmax(mixture.logits), np.log1p(np.exp(mixture.deviations)) + 1e-5
    z = RNG.normal(size=(7, 3)).astype(np.float32)
    parts = norm.logpdf(z[:, None], mixture.means, deviations).sum(axis=2)
    p_z = mixture.distribution()
    np.testing.assert_allclose(p_z.log_prob(z), logsumexp(parts, b=weights, axis=1), rtol=1e-4)
    np.testing.assert_allclose(p_z.mean(), weights @ np.asarray(mixture.means), atol=1e-5)


def test_a_fresh_mixture_has_gaussians_of_deviation_one():
    mixture = Mixture(200, 3)
    drawn = mixture.distribution().sample(4000, seed=SEED).numpy()
    assert drawn.std() == pytest.approx(np.sqrt(1 + 0.5**2), abs=0.05)


def test_a_network_sees_each_draw_beside_its_examples_context():
    network = stirred(mlp(5, [7], 2))
    z, context = RNG.normal(size=(3, 4, 2)).astype(np.float32), RNG.normal(size=(4, 3)).astype(np.float32)
    found = apply(network, tf.constant(z), tf.constant(context))
    for k in range(3):
        expected = network(tf.concat([z[k], context], axis=1))
        np.testing.assert_allclose(found[k], expected, atol=1e-6)


def test_a_pair_is_its_two_factors():
    lower = stirred(mlp(2, [5], 6))
    pair = Pair(standard_normal(2), lambda a: diagonal(apply(lower, a)), 2)
    z = pair.sample(7, seed=SEED).numpy()
    assert z.shape == (7, 5)
    for one in z:
        mu, scale = np.split(lower(one[None, :2]).numpy()[0], 2)
        expected = norm.logpdf(one[:2]).sum() + norm.logpdf(one[2:], mu, np.log1p(np.exp(scale)) + 1e-5).sum()
        assert float(pair.log_prob(one)) == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(pair.mean()[:2], 0)


def test_a_label_stands_for_its_likeliest_class():
    label = Label(np.log([[0.5, 0.2, 0.3], [0.1, 0.1, 0.8]]).astype(np.float32))
    np.testing.assert_array_equal(label.mean(), [[1, 0, 0], [0, 0, 1]])
    assert set(np.unique(label.sample(50, seed=SEED))) == {0, 1}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("diagonal", {}),
        ("tril", {}),
        ("flow", {"layers": 2, "hidden": 8}),
        ("two_layer", {"top": 2, "hidden": 8}),
        ("labelled", {"classes": 3, "hidden": 8}),
    ],
)
def test_posteriors_weigh_their_own_draws_alike_one_by_one_and_together(name, arguments):
    posterior = stirred(posterior_of(6, name, **arguments))
    parameters = tf.constant(RNG.normal(size=(4, posterior.size)), tf.float32)
    q_z = posterior.distribution(parameters)
    z = q_z.sample(5, seed=SEED)
    assert z.shape == (5, 4, 6)
    assert q_z.mean().shape == (4, 6)
    together = q_z.log_prob(tf.identity(z)).numpy()
    assert together.shape == (5, 4)
    for i in range(4):
        alone = posterior.distribution(parameters[i : i + 1])
        np.testing.assert_allclose(alone.log_prob(tf.identity(z[:, i : i + 1]))[:, 0], together[:, i], atol=1e-3)


def test_the_vamp_prior_is_a_mixture_of_posteriors():
    encoder = stirred(mlp(4, [6], 6))
    posterior = posterior_of(3, "diagonal")

    def q_z(x):
        return posterior.distribution(encoder(tf.reshape(x, (-1, 4))))

    prior = prior_of(3, (2, 2, 1), "vamp", components=5)
    prior.adapt(RNG.integers(0, 256, (20, 2, 2, 1)).astype(np.uint8))
    inputs = 1 / (1 + np.exp(-prior.logits.numpy()))
    z = RNG.normal(size=(7, 3)).astype(np.float32)
    components = q_z(tf.constant(inputs))
    parts = list(zip(components.mean().numpy(), components.stddev().numpy(), strict=True))
    slow = [logsumexp([norm.logpdf(one, mu, sigma).sum() for mu, sigma in parts]) - np.log(5) for one in z]
    np.testing.assert_allclose(prior.distribution(q_z).log_prob(z), slow, rtol=1e-4)


def test_pseudo_inputs_start_as_training_images():
    images = RNG.integers(0, 256, (9, 2, 2, 1)).astype(np.uint8)
    prior = prior_of(3, (2, 2, 1), "vamp", components=4)
    prior.adapt(images)
    started = np.asarray(keras.ops.sigmoid(prior.logits)).reshape(4, -1)
    softened = np.clip(images.reshape(9, -1) / 255, 0.02, 0.98)
    assert all(np.abs(softened - one).max(axis=1).min() < 1e-5 for one in started)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("normal", {}),
        ("flow", {"components": 1, "layers": 2, "hidden": 8}),
        ("flow", {"components": 3, "layers": 2, "hidden": 8}),
        ("two_layer", {"top": 2, "hidden": 8}),
        ("labelled", {"classes": 3}),
    ],
)
def test_priors_draw_codes_and_weigh_them(name, arguments):
    prior = stirred(prior_of(6, (2, 2, 1), name, **arguments))
    p_z = prior.distribution(None)
    z = p_z.sample(4, seed=SEED)
    assert z.shape == (4, 6)
    assert p_z.log_prob(tf.identity(z)).shape == (4,)
    if name == "labelled":
        log_p = log_softmax(prior.log_p.numpy())[np.argmax(z[:, :3], axis=1)]
        expected = norm.logpdf(z[:, 3:]).sum(axis=1) + log_p
        np.testing.assert_allclose(p_z.log_prob(z), expected, rtol=1e-5)
