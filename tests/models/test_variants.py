"""Every row of tests/params.yaml, on tiny data."""

import keras
import numpy as np
import pytest

from digitforge import files
from digitforge.models import build, load, scoring
from digitforge.models.scoring import image_nats
from digitforge.settings.fit import Fit
from digitforge.training.fit import optimizer, save_weights
from tests import small
from tests.small import fit

PARAMS = small.params()


@pytest.fixture(autouse=True)
def few_prior_draws(monkeypatch):
    monkeypatch.setattr(scoring, "PRIOR_DRAWS", 50)


def make(key):
    """The variant's model, and images and labels as its training step takes them."""
    variant = PARAMS.variant(key)
    shape = (28, 28, variant.data.channel_count)
    keras.utils.set_random_seed(3)
    images = np.where(np.random.default_rng(0).random((8, *shape)) < 0.2, np.uint8(255), np.uint8(0))
    model = build(variant.family, shape, variant.model.model_dump())
    model.adapt(images)
    return model, images


def train(model, images, steps=1):
    """So many steps -> the last one's loss."""
    model.seed, model.steps = 5, 4
    model.compile(optimizer=optimizer(Fit(**fit()), 9), run_eagerly=True)  # three steps are not worth a graph
    labels = {"y": np.arange(len(images)) % 10} if model.needs_labels else {}
    return [model.train_on_batch(images, return_dict=True, **labels)["loss"] for _ in range(steps)][-1]


@pytest.mark.parametrize("key", PARAMS.variants)
def test_training_changes_every_weight(key):
    model, images = make(key)
    before = [weight.numpy() for weight in model.trainable_variables]
    # What starts at zero (residual branches, flows) hides the layers before it from the first step, warm-up the prior.
    assert np.isfinite(train(model, images, 3))
    unchanged = [
        weight.path
        for weight, old in zip(model.trainable_variables, before, strict=True)
        if np.array_equal(weight.numpy(), old)
    ]
    if key == "gan_wgan_gp":  # shifting all scores alike changes neither loss
        unchanged.remove(model.encoder.weights[-1].path)
    assert unchanged == []


@pytest.mark.long
@pytest.mark.parametrize("key", PARAMS.variants)
def test_training_repeats(key):
    (model, images), (again, _) = make(key), make(key)
    train(model, images, 3)
    train(again, images, 3)
    for first, second in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.fixture(scope="module", params=PARAMS.variants)
def made(request):
    """A variant's model after a step, its images, and what it says of them in nats."""
    model, images = make(request.param)
    train(model, images)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "PRIOR_DRAWS", 50)
        nats = image_nats(model, images, 2, 1) if model.encodes else {}
    return PARAMS.variant(request.param), model, images, nats


def test_save_and_load_give_equal_outputs_and_bytes(made, tmp_path):
    variant, model, images, nats = made
    save_weights(model, tmp_path / "model.weights.h5")
    save_weights(model, tmp_path / "again.weights.h5")
    assert (tmp_path / "model.weights.h5").read_bytes() == (tmp_path / "again.weights.h5").read_bytes()
    config = {"family": variant.family, "classes": 10, "shape": model.image_shape, "model": variant.model.model_dump()}
    files.write_json(tmp_path / "config.json", config)
    loaded = load(tmp_path)
    codes = model.draw(5, seed=2)
    np.testing.assert_array_equal(loaded.draw(5, seed=2), codes)
    np.testing.assert_array_equal(loaded.decode(codes), model.decode(codes))
    if model.encodes:
        for name, values in image_nats(loaded, images, 2, 1).items():
            np.testing.assert_array_equal(values, nats[name])


def test_samples_have_the_images_shape_and_range_and_repeat(made):
    _, model, images, _ = made
    codes = model.draw(6, seed=1)
    assert codes.shape == (6, model.code)
    np.testing.assert_array_equal(model.draw(6, seed=1), codes)
    assert not np.array_equal(model.draw(6, seed=2), codes)
    pixels = model.decode(codes)
    assert pixels.shape == (6, *images.shape[1:])
    assert pixels.min() >= 0
    assert pixels.max() <= 1


def test_reconstructions_and_nats_have_shapes_and_ranges(made):
    variant, model, images, nats = made
    assert model.encodes == (variant.family != "gan")
    if not model.encodes:
        return
    best, drawn = model.encode(images, seed=1)
    assert best.shape == drawn.shape == (8, model.code)
    pixels = model.decode(best)
    reconstructed = np.clip(model.predict(images / 255, verbose=0), 0, 1)
    np.testing.assert_allclose(reconstructed, pixels, atol=1e-5)
    of_likelihood = {"reconstruction_nats", "kl_nats", "log_p", "prior_log_p"}
    assert set(nats) == {"cross_entropy_nats"} | (of_likelihood if model.has_likelihood else set())
    assert all(values.shape == (8,) and np.all(np.isfinite(values)) for values in nats.values())
    assert np.all(nats["cross_entropy_nats"] > 0)
