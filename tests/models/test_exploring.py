import numpy as np
import pytest
from sklearn.decomposition import PCA

from digitforge.models import build
from digitforge.models.exploring import PLANE, between_draws, explore, principal, traversals
from tests import small

SHAPE = (8, 8, 1)
DENSE = {"name": "dense", "encoder": [16], "decoder": [16], "activation": "relu", "code_activation": "linear"}
PLAIN = {"code": 5, "network": DENSE, "pixels": "bernoulli", "penalty": {"name": "none"}, "noise": 0.0, "decay": 0.0}
LABELLED = {"code": 3, "network": DENSE, "pixels": "bernoulli", "hidden": 8, "beta": 1.0}
PATCH = {"name": "patch", "channels": 4, "blocks": 1, "hidden": 8, "shared_channels": False}
GAME = {"code": 4, "network": PATCH, "game": small.GAME, "pack": 1}
RNG = np.random.default_rng(3)


def pictures(model, classes=10):
    """The arrays of `explore` for 40 random images of so many classes, the training codes, and the images' codes."""
    labels, shown = np.arange(40) % classes, np.arange(3, 40)
    images = RNG.integers(0, 256, (40, *SHAPE)).astype(np.uint8)
    codes, _ = model.encode(images, 0)
    training, _ = model.encode(RNG.integers(0, 256, (100, *SHAPE)).astype(np.uint8), 0)
    return explore(model, training, codes, labels, shown, seed=1), training, codes


def drawn(model, code):
    return np.rint(255 * model.decode(np.asarray(code, np.float32).reshape(-1, model.code)))


@pytest.fixture(scope="module")
def plain():
    return build("autoencoder", SHAPE, PLAIN, seed=2)


def test_principal_components_are_scikit_learns():
    codes = RNG.normal(size=(200, 6)) @ RNG.normal(size=(6, 6)) + 3
    mean, components = principal(codes)
    fitted = PCA(2).fit(codes)
    np.testing.assert_allclose(mean, fitted.mean_)
    signs = np.sign((components * fitted.components_).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(components, signs * fitted.components_, atol=1e-8)
    assert np.all(components[[0, 1], np.abs(components).argmax(axis=1)] > 0)


def test_the_plane_is_decoded_where_its_axes_say(plain):
    found, training, codes = pictures(plain)
    mean, components = principal(training)
    assert found["plane"].shape == (PLANE, PLANE, *SHAPE)
    for row, column in ((0, 0), (3, 7), (PLANE - 1, 2)):
        at = found["plane_axes"][0, column], found["plane_axes"][1, PLANE - 1 - row]
        image = drawn(plain, mean + at[0] * components[0] + at[1] * components[1])[0]
        assert np.abs(found["plane"][row, column] - image).max() <= 1
    np.testing.assert_array_equal(found["plane_images"], np.arange(3, 40))
    np.testing.assert_allclose(found["plane_points"], (codes[3:] - mean) @ components.T, rtol=1e-4, atol=1e-5)
    assert np.all(np.diff(found["plane_axes"], axis=1) > 0)


def test_a_traversal_moves_one_coordinate_and_begins_with_the_most_active(plain):
    found, training, _ = pictures(plain)
    order = found["traversal_coordinates"]
    assert sorted(order) == list(range(5))
    assert np.all(np.diff(training.var(axis=0)[order]) <= 0)
    typical = min(training, key=lambda z: np.linalg.norm(z - training.mean(axis=0)))
    for k, step in ((0, 0), (2, 5), (4, 8)):
        code = typical.copy()
        code[order[k]] = found["traversal_values"][k, step]
        assert np.abs(found["traversals"][k, step] - drawn(plain, code)[0]).max() <= 1
    low, high = np.percentile(training[:, order[0]], (2, 98))
    np.testing.assert_allclose(found["traversal_values"][0, [0, -1]], [low, high])


def test_interpolations_lead_from_one_digit_to_another(plain):
    found, _, codes = pictures(plain)
    ends = found["interpolation_images"]
    assert ends.min() >= 3  # only images that may be shown
    assert np.all(ends[:, 0] % 10 != ends[:, 1] % 10)
    for side, step in ((0, 0), (1, -1)):
        image = drawn(plain, codes[ends[:, side]])
        assert np.abs(found["interpolations"][:, step] - image).max() <= 1
    middle = drawn(plain, codes[ends[0, 0]] + 4 / 9 * (codes[ends[0, 1]] - codes[ends[0, 0]]))[0]
    assert np.abs(found["interpolations"][0, 4] - middle).max() <= 1


def test_one_class_has_no_pairs(plain):
    found, _, _ = pictures(plain, classes=1)
    assert "interpolations" not in found


def test_labels_are_set_and_never_moved():
    model = build("conditional_vae", SHAPE, LABELLED, classes=4, seed=2)
    found, training, _ = pictures(model)
    assert set(found) == {"traversals", "traversal_coordinates", "traversal_values", "by_class", "by_class_labels"}
    assert found["by_class_labels"].tolist() == [0, 1, 2, 3]
    assert found["traversal_coordinates"].min() >= 4
    style = model.draw(6, 1)[2, 4:]
    code = np.concatenate([[0, 1, 0, 0], style])
    assert np.abs(found["by_class"][2, 1] - drawn(model, code)[0]).max() <= 1
    assert traversals(model, training, 4)["traversals"].shape == (3, 9, *SHAPE)


def test_only_labels_that_were_trained_on_have_pictures():
    model = build("conditional_vae", SHAPE, LABELLED, classes=40, seed=2)
    model.adapt(RNG.integers(0, 256, (38, *SHAPE)).astype(np.uint8), np.arange(38))
    found, _, _ = pictures(model)
    labels = found["by_class_labels"]
    assert (len(labels), labels.max()) == (30, 37)
    assert found["by_class"].shape[:2] == (6, 30)


def test_arcs_between_draws_keep_their_distribution():
    model = build("gan", SHAPE, GAME, seed=2)
    found = between_draws(model, seed=5)["interpolations"]
    start, end = model.draw(10, 5)[0], model.draw(10, 5)[5]
    assert np.abs(found[0, 0] - drawn(model, start)[0]).max() <= 1
    assert np.abs(found[0, -1] - drawn(model, end)[0]).max() <= 1
    third = np.cos(np.pi / 6) * start + np.sin(np.pi / 6) * end
    assert np.abs(found[0, 3] - drawn(model, third)[0]).max() <= 1
