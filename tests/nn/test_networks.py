import numpy as np
import pytest
from pydantic import TypeAdapter

from digitforge.nn import networks

RNG = np.random.default_rng(0)
PARTS = {"channels": 4, "blocks": 1, "hidden": 8, "shared_channels": True}


def build(shape, features, code, network):
    return networks.build(shape, features, code, TypeAdapter(networks.Network).validate_python(network))


@pytest.mark.parametrize("name", ["patch", "dcgan"])
def test_shared_channels_are_drawn_by_the_same_weights_from_their_own_share_of_the_code(name):
    _, decoder = build((8, 8, 3), 5, 6, PARTS | {"name": name})
    z = RNG.normal(size=(4, 6)).astype(np.float32)
    drawn = np.asarray(decoder(z))
    assert drawn.shape == (4, 8, 8, 3)
    other = z.copy()
    other[:, 2:4] += 1
    changed = np.abs(np.asarray(decoder(other)) - drawn).max(axis=(0, 1, 2))
    assert changed[1] > 1e-3
    np.testing.assert_allclose(changed[[0, 2]], 0, atol=1e-6)
    swapped = np.asarray(decoder(np.roll(z, 2, axis=1)))
    np.testing.assert_allclose(swapped, np.roll(drawn, 1, axis=-1), atol=1e-5)


@pytest.mark.parametrize("name", ["patch", "dcgan"])
def test_the_encoder_of_shared_channels_tells_them_apart(name):
    encoder, _ = build((8, 8, 3), 5, 6, PARTS | {"name": name})
    x = RNG.random((4, 8, 8, 3)).astype(np.float32)
    found = np.asarray(encoder(x))
    assert found.shape == (4, 5)
    assert np.abs(np.asarray(encoder(x[..., ::-1])) - found).max() > 1e-3


@pytest.mark.parametrize("name", ["patch", "dcgan"])
@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 8, 3)])
def test_without_shared_channels_the_whole_code_draws_every_channel(name, shape):
    _, decoder = build(shape, 5, 6, PARTS | {"name": name, "shared_channels": False})
    z = RNG.normal(size=(4, 6)).astype(np.float32)
    drawn = np.asarray(decoder(z))
    assert drawn.shape == (4, *shape)
    other = z.copy()
    other[:, 0] += 1
    assert np.all(np.abs(np.asarray(decoder(other)) - drawn).max(axis=(1, 2)) > 1e-5)


@pytest.mark.parametrize("filters", [[4, 3], [5, 4, 2]])
def test_pooled_networks_return_to_the_images_size(filters):
    encoder, decoder = build((28, 28, 1), 7, 7, {"name": "pooled", "filters": filters})
    assert encoder.output_shape == (None, 7)
    assert decoder.output_shape == (None, 28, 28, 1)


def test_a_grid_code_describes_its_own_patch_first():
    encoder, decoder = networks.build((8, 8, 1), 12, 12, networks.Grid(name="grid", channels=4, blocks=0))
    assert encoder.output_shape == (None, 12)
    z = np.zeros((1, 12), np.float32)
    before = np.asarray(decoder(z))
    assert before.shape == (1, 8, 8, 1)
