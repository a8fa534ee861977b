import numpy as np

from digitforge.data.noise import add_noise
from digitforge.models import build
from digitforge.models.restoring import restore

RNG = np.random.default_rng(0)
SHAPE = (28, 28, 1)
IMAGES = np.where(RNG.random((5, *SHAPE)) < 0.2, np.uint8(255), np.uint8(0))


def autoencoder():
    network = {
        "name": "dense",
        "encoder": [16],
        "decoder": [16],
        "activation": "tanh",
        "code_activation": "linear",
    }
    plain = {"pixels": "bernoulli", "penalty": {"name": "none"}, "noise": 0.0, "decay": 0.0}
    return build("autoencoder", SHAPE, {"code": 3, "network": network} | plain, seed=4)


def decoded(model, codes):
    return np.rint(255 * model.decode(codes))


def test_noisy_images_are_encoded_and_decoded_level_by_level():
    model = autoencoder()
    codes, _ = model.encode(IMAGES, 0)
    found = restore(model, IMAGES, codes, [0.25, 1.0], seed=7)["denoised"]
    assert found.shape == (2, 5, *SHAPE)
    for level, sigma in zip(found, (0.25, 1.0), strict=True):
        noisy, _ = model.encode(add_noise(IMAGES, sigma, 7), 0)
        np.testing.assert_allclose(level, decoded(model, noisy), atol=1)
    assert not np.array_equal(found[0], found[1])


def test_codes_of_more_bits_come_closer_to_the_whole_code():
    model = autoencoder()
    codes, _ = model.encode(IMAGES, 0)
    training = np.concatenate([codes - 3, codes + 3])
    found = restore(model, IMAGES, training, [0.5], seed=7)
    whole = decoded(model, codes)
    errors = [np.abs(found[f"compressed_{bits}"] - whole).mean() for bits in (8, 4)]
    assert errors[0] < errors[1]
    # A cell of 8 bits is 1/256 of the range, so its middle is off by at most 1/512 of it.
    steps = (training.max(axis=0) - training.min(axis=0)) / 512
    worst = np.abs(decoded(model, codes + steps.astype(np.float32)) - whole).max()
    assert np.abs(found["compressed_8"] - whole).max() <= 3 * worst + 1
