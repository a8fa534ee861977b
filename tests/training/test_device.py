from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from digitforge.models import build
from digitforge.settings.fit import Fit
from digitforge.training import device
from tests import small


def test_without_a_gpu_all_is_float32():
    assert tf.config.list_physical_devices("GPU") or device.training_precision() == "float32"


@pytest.mark.parametrize(
    ("gpus", "wanted", "said"),
    [
        ([], "one", "training on the CPU (no GPU found)"),
        ([], "all", "training on the CPU (no GPU found; fit.devices is all, but there is one)"),
        (["A"], "all", "training on the GPU (A; fit.devices is all, but there is one)"),
        (["A", "B"], "one", "training on the GPU (A)"),
        (["A", "B"], "all", "training on 2 devices (A, B)"),
    ],
)
def test_what_trains_is_said(monkeypatch, gpus, wanted, said):
    found = {"GPU": [SimpleNamespace(name=name) for name in gpus], "CPU": [SimpleNamespace(name="CPU:0")]}
    monkeypatch.setattr(tf.config, "list_physical_devices", found.get)
    monkeypatch.setattr(tf.config, "list_logical_devices", found.get)
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: {"device_name": gpu.name})
    assert device.describe_device(Fit(**small.fit(devices=wanted))) == said


@pytest.mark.parametrize(("batch", "threads"), [(16, [1]), (63, [1]), (64, []), (256, [])])
def test_an_operation_on_few_images_is_one_threads(monkeypatch, batch, threads):
    asked = []
    monkeypatch.setattr(tf.config.threading, "set_intra_op_parallelism_threads", asked.append)
    device.spread_over_cores(batch)
    assert asked == threads


@pytest.mark.parametrize(("capability", "expected"), [((7, 5), "float32"), ((8, 0), "mixed_bfloat16")])
def test_a_gpu_that_has_bfloat16_uses_it(monkeypatch, capability, expected):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: {"compute_capability": capability})
    assert device.training_precision() == expected


@pytest.mark.parametrize("key", small.params().variants)
def test_every_variant_trains_in_bfloat16_and_answers_in_float32(key):
    row = small.params().variant(key)
    shape = (28, 28, row.data.channel_count)
    model = build(row.family, shape, row.model.model_dump(), seed=1)
    x = tf.cast(np.random.default_rng(0).random((8, *shape)) < 0.2, tf.float32)

    def losses():
        terms = model.terms(x, tf.range(8), tf.constant([1, 2]), training=False)
        return terms["loss"] + 2 * terms.get("discriminator_loss", 0.0)  # a GAN has two, which may cancel out

    codes = model.draw(2, seed=1)
    exact = losses()
    with device.computing_in("mixed_bfloat16", model):
        with tf.GradientTape() as tape:
            loss = losses()
        gradients = [tf.convert_to_tensor(found) for found in tape.gradient(loss, model.trainable_variables)]
        assert model.decoder(codes).dtype == tf.bfloat16
    assert loss.dtype == tf.float32
    assert all(gradient.dtype == tf.float32 and np.all(np.isfinite(gradient)) for gradient in gradients)
    # Scores of a fresh critic are near zero, and another nearest entry of a codebook is another code.
    np.testing.assert_allclose(np.mean(loss), np.mean(exact), rtol=0.05, atol=0.05)
    assert not np.array_equal(loss, exact)
    np.testing.assert_array_equal(losses(), exact)
