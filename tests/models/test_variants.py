"""Every row of params.yaml, on tiny data."""

import inspect
from pathlib import Path

import keras
import numpy as np
import pytest

from stages.data.stacked import channels
from stages.models import FAMILIES, build, load, scoring
from stages.models.scoring import image_nats
from stages.nn import networks
from stages.pipeline import files, params
from stages.pipeline.params import load_params
from stages.training.fit import optimizer, save_weights

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def few_prior_draws(monkeypatch):
    monkeypatch.setattr(scoring, "PRIOR_DRAWS", 50)


def make(key):
    variant = PARAMS.variant(key)
    shape = (28, 28, channels(variant.data))
    keras.utils.set_random_seed(3)
    images = np.where(RNG.random((8, *shape)) < 0.2, np.uint8(255), np.uint8(0))
    return build(variant.family, shape, variant.model.model_dump()), images


def one_step(model, images):
    model.seed = 5
    model.compile(
        optimizer=optimizer(params.Fit(steps=9, batch=8, learning_rate=0.01, schedule="constant", ema=0.0), 9)
    )
    return model.train_on_batch(images, return_dict=True)["loss"]


@pytest.mark.parametrize("key", PARAMS.variants)
def test_one_step_changes_every_weight_and_repeats(key):
    model, images = make(key)
    before = [weight.numpy() for weight in model.trainable_variables]
    loss = one_step(model, images)
    assert np.isfinite(loss)
    if key == "vae_stacked":  # zero-initialised residual branches hide the layer before them from the first step
        model.train_on_batch(images)
    unchanged = [
        weight.path
        for weight, old in zip(model.trainable_variables, before, strict=True)
        if np.array_equal(weight.numpy(), old)
    ]
    assert unchanged == []

    again, _ = make(key)
    one_step(again, images)
    if key == "vae_stacked":
        again.train_on_batch(images)
    for first, second in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("key", PARAMS.variants)
def test_save_and_load_give_equal_outputs_and_bytes(key, tmp_path):
    model, images = make(key)
    one_step(model, images)
    save_weights(model, tmp_path / "model.weights.h5")
    save_weights(model, tmp_path / "again.weights.h5")
    assert (tmp_path / "model.weights.h5").read_bytes() == (tmp_path / "again.weights.h5").read_bytes()
    variant = PARAMS.variant(key)
    config = {"family": variant.family, "shape": model.image_shape, "model": variant.model.model_dump()}
    files.write_json(tmp_path / "config.json", config)
    loaded = load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(images / 255, verbose=0), model.predict(images / 255, verbose=0))
    nats = [image_nats(one, images, 2, 1) for one in (loaded, model)]
    for name in nats[0]:
        np.testing.assert_array_equal(nats[0][name], nats[1][name])


@pytest.mark.parametrize("key", PARAMS.variants)
def test_shapes_and_ranges(key):
    model, images = make(key)
    best, drawn = model.encode(images, seed=1)
    assert best.shape == drawn.shape == (8, model.code)
    pixels = model.decode(best)
    assert pixels.shape == images.shape
    assert pixels.min() >= 0
    assert pixels.max() <= 1
    np.testing.assert_allclose(pixels, 1 / (1 + np.exp(-model.decode_logits(best))), atol=1e-6)
    np.testing.assert_allclose(model.predict(images / 255, verbose=0), pixels, atol=1e-5)
    nats = image_nats(model, images, 3, 1)
    of_likelihood = {"reconstruction_nats", "kl_nats", "log_p", "prior_log_p"}
    assert set(nats) == {"cross_entropy_nats"} | (of_likelihood if model.has_likelihood else set())
    assert all(values.shape == (8,) and np.all(np.isfinite(values)) for values in nats.values())
    assert np.all(nats["cross_entropy_nats"] > 0)


@pytest.mark.parametrize(("schema", "name"), [(params.Dense, "dense"), (params.Conv, "conv"), (params.Patch, "patch")])
def test_network_schemas_are_the_functions_arguments(schema, name):
    arguments = [
        p.name for p in inspect.signature(getattr(networks, name)).parameters.values() if p.kind == p.KEYWORD_ONLY
    ]
    assert sorted(arguments) == sorted(set(schema.model_fields) - {"name"})


@pytest.mark.parametrize(("schema", "family"), [(params.Autoencoder, "autoencoder"), (params.Vae, "vae")])
def test_family_schemas_are_the_constructors_arguments(schema, family):
    module = __import__(f"stages.models.{family}", fromlist=["x"])
    signature = inspect.signature(getattr(module, FAMILIES[family]).__init__)
    arguments = [p for p in signature.parameters.values() if p.kind == p.KEYWORD_ONLY]
    assert sorted(p.name for p in arguments) == sorted(schema.model_fields)
    assert all(p.default is p.empty for p in arguments)
