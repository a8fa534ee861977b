"""Every row of params.yaml, on tiny data."""

import inspect
from pathlib import Path

import keras
import numpy as np
import pytest

from digitforge import files
from digitforge.models import FAMILIES, build, load, scoring
from digitforge.models.scoring import image_nats
from digitforge.nn import networks, objectives, posteriors, priors
from digitforge.settings import rows
from digitforge.settings.params import load_params
from digitforge.training import optimizers
from digitforge.training.fit import save_weights

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
FAMILY_SCHEMAS = [rows.Autoencoder, rows.Vae, rows.ConditionalVae, rows.Vqvae, rows.Gan]


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
    settings = rows.Fit(steps=9, batch=8, learning_rate=0.01, schedule="constant", ema=0.0)
    model.compile(optimizer=optimizers.build(settings, 9), run_eagerly=True)  # three steps are not worth a graph
    labels = {"y": np.arange(len(images)) % 10} if model.needs_labels else {}
    return [model.train_on_batch(images, return_dict=True, **labels)["loss"] for _ in range(steps)][-1]


@pytest.mark.parametrize("key", PARAMS.variants)
def test_training_changes_every_weight_and_repeats(key):
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

    again, _ = make(key)
    train(again, images, 3)
    for first, second in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("key", PARAMS.variants)
def test_save_and_load_give_equal_outputs_and_bytes(key, tmp_path):
    model, images = make(key)
    train(model, images)
    save_weights(model, tmp_path / "model.weights.h5")
    save_weights(model, tmp_path / "again.weights.h5")
    assert (tmp_path / "model.weights.h5").read_bytes() == (tmp_path / "again.weights.h5").read_bytes()
    variant = PARAMS.variant(key)
    config = {"family": variant.family, "shape": model.image_shape, "model": variant.model.model_dump()}
    files.write_json(tmp_path / "config.json", config)
    loaded = load(tmp_path)
    codes = model.draw(5, seed=2)
    np.testing.assert_array_equal(loaded.draw(5, seed=2), codes)
    np.testing.assert_array_equal(loaded.decode(codes), model.decode(codes))
    if model.encodes:
        nats = [image_nats(one, images, 2, 1) for one in (loaded, model)]
        for name in nats[0]:
            np.testing.assert_array_equal(nats[0][name], nats[1][name])


@pytest.mark.parametrize("key", PARAMS.variants)
def test_samples_have_the_images_shape_and_range_and_repeat(key):
    model, images = make(key)
    codes = model.draw(6, seed=1)
    assert codes.shape == (6, model.code)
    np.testing.assert_array_equal(model.draw(6, seed=1), codes)
    assert not np.array_equal(model.draw(6, seed=2), codes)
    pixels = model.decode(codes)
    assert pixels.shape == (6, *images.shape[1:])
    assert pixels.min() >= 0
    assert pixels.max() <= 1


@pytest.mark.parametrize("key", [key for key in PARAMS.variants if PARAMS.variant(key).family != "gan"])
def test_reconstructions_and_nats_have_shapes_and_ranges(key):
    model, images = make(key)
    best, drawn = model.encode(images, seed=1)
    assert best.shape == drawn.shape == (8, model.code)
    pixels = model.decode(best)
    reconstructed = np.clip(model.predict(images / 255, verbose=0), 0, 1)
    np.testing.assert_allclose(reconstructed, pixels, atol=1e-5)
    nats = image_nats(model, images, 3, 1)
    of_likelihood = {"reconstruction_nats", "kl_nats", "log_p", "prior_log_p"}
    assert set(nats) == {"cross_entropy_nats"} | (of_likelihood if model.has_likelihood else set())
    assert all(values.shape == (8,) and np.all(np.isfinite(values)) for values in nats.values())
    assert np.all(nats["cross_entropy_nats"] > 0)


@pytest.mark.parametrize("schema", [rows.Dense, rows.Conv, rows.Pooled, rows.Patch, rows.Grid])
def test_network_schemas_are_the_functions_arguments(schema):
    for name in schema.model_fields["name"].annotation.__args__:
        assert arguments(getattr(networks, name)) == sorted(set(schema.model_fields) - {"name"})


@pytest.mark.parametrize(("family", "schema"), list(zip(FAMILIES, FAMILY_SCHEMAS, strict=True)))
def test_family_schemas_are_the_constructors_arguments(family, schema):
    module = __import__(f"digitforge.models.{family}", fromlist=["x"])
    constructor = getattr(module, FAMILIES[family]).__init__
    assert arguments(constructor) == sorted(schema.model_fields)
    assert all(p.default is p.empty for p in inspect.signature(constructor).parameters.values())


@pytest.mark.parametrize(
    ("field", "table"),
    [
        (rows.Vae.model_fields["posterior"], posteriors.POSTERIORS),
        (rows.Vae.model_fields["prior"], priors.PRIORS),
        (rows.Autoencoder.model_fields["penalty"], objectives.PENALTIES),
    ],
)
def test_schemas_of_parts_are_their_arguments(field, table):
    for schema in field.annotation.__args__:
        for name in schema.model_fields["name"].annotation.__args__:
            assert arguments(table[name]) == sorted(set(schema.model_fields) - {"name"})


def arguments(function):
    """Names of the keyword-only arguments, sorted."""
    parameters = inspect.signature(function).parameters.values()
    return sorted(p.name for p in parameters if p.kind == p.KEYWORD_ONLY)
