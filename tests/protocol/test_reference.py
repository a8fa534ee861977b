import json

import numpy as np
import pytest

from digitforge.data.noise import add_noise, median
from digitforge.metrics.distances import frechet_distance, similarity
from digitforge.metrics.intervals import Estimate, restored, stored
from digitforge.metrics.memorisation import nearest
from digitforge.metrics.reconstruction import psnr_db, ssim
from digitforge.protocol import reference
from digitforge.protocol.samples import spread_of

RNG = np.random.default_rng(0)
COUNT = 40
FEATURES = {
    "train": RNG.normal(size=(70, 6)).astype(np.float16),
    "test": RNG.normal(size=(COUNT, 6)).astype(np.float16),
    "strict": RNG.random((COUNT, 10)) / 2 + 0.1,
}
NEEDED = {"1": 0.55, "3": 0.17}
KEPT = np.arange(COUNT) % 10 != 8


def data():
    def pixels(count):
        return RNG.integers(0, 256, (count, 28, 28, 1)).astype(np.uint8)

    return {
        "x_test": pixels(COUNT),
        "y_test": np.arange(COUNT) % 10,
        "digits_test": RNG.permutation(COUNT)[:, None],
        "x_train": pixels(60),
        "digits_train": RNG.permutation(70)[:60, None],
    }


def test_real_images_are_compared_at_the_samples_sizes():
    found = data()
    numbers, _ = reference.of_mode(found, FEATURES, KEPT, 20, [0.5], NEEDED, seed=1)
    chosen = np.linspace(0, 59, 20).round().astype(int)
    real, learnt = FEATURES["test"][found["digits_test"][KEPT, 0]], FEATURES["train"][found["digits_train"][chosen, 0]]
    assert numbers["real"]["kid"] == similarity(real, learnt)["kid"]
    assert numbers["real"]["fid"] == frechet_distance(real, learnt)
    assert {name: numbers["real"][name] for name in ("precision", "recall")}.items() <= similarity(real, learnt).items()


@pytest.mark.parametrize("channels", [1, 3])
def test_the_share_of_real_images_that_is_recognised_against_a_loop(channels):
    positions = RNG.integers(COUNT, size=(COUNT, channels))
    found = reference.recognised({"digits_test": positions}, FEATURES, KEPT, NEEDED)
    beliefs = [np.prod([FEATURES["strict"][p].max() for p in positions[i]]) for i in np.flatnonzero(KEPT)]
    slow = [belief >= NEEDED[str(channels)] for belief in beliefs]
    assert 0 < sum(slow) < len(slow) == 36
    assert found.value == pytest.approx(sum(slow) / 36)


def test_noise_of_a_subset_of_the_known_digits():
    found = data()
    numbers, arrays = reference.of_mode(found, FEATURES, KEPT, 20, [0.25, 0.5], NEEDED, seed=3)
    images = found["x_test"][KEPT]
    np.testing.assert_array_equal(arrays["subset"], np.flatnonzero(KEPT))
    noisy = add_noise(images, 0.25, 3)
    assert set(numbers["noise"]) == {"0.25", "0.5"}
    assert numbers["noise"]["0.25"]["noisy"] == {"psnr_db": psnr_db(images, noisy), "ssim": ssim(images, noisy)}
    assert numbers["noise"]["0.25"]["median"]["ssim"] == ssim(images, median(noisy))
    assert {row["codec"] for row in numbers["codecs"]} == {"JPEG", "WebP", "PNG"}


def test_held_out_images_have_their_nearest_training_images_and_positions_in_the_test_split():
    found = data()
    _, arrays = reference.of_mode(found, FEATURES, KEPT, 20, [0.5], NEEDED, seed=1)
    np.testing.assert_array_equal(arrays["held_out_images"], np.flatnonzero(KEPT))
    apart, index = nearest(found["x_test"][KEPT].reshape(-1, 784), found["x_train"].reshape(-1, 784))
    np.testing.assert_array_equal(arrays["held_out_pixels_apart"], apart)
    np.testing.assert_array_equal(arrays["held_out_pixels_nearest"], index)


def test_what_is_stored_gives_the_same_distances():
    real, fake = RNG.normal(size=(2, 80, 5)).astype(np.float16)
    known = reference.of_features(real)
    assert spread_of(real, fake, known) == {"fid": frechet_distance(real, fake), **similarity(real, fake)}


def test_stored_numbers_keep_every_digit():
    content = {"a": Estimate(1 / 3, 1e-17), "b": [{"codec": "PNG", "bytes": Estimate(2.0, 0.0)}], "c": {"d": 0.1}}
    assert restored(json.loads(json.dumps(stored(content)))) == content
    assert isinstance(restored(json.loads(json.dumps(stored(content))))["b"][0]["bytes"], Estimate)


def test_stacks_know_which_classes_are_trained():
    stacks = {"digits_test": np.zeros((2, 3), int), "y_test": np.array([0, 7]), "y_train": np.array([55, 705])}
    found = reference.of_stacks(stacks)
    assert found["stack_trained"].sum() == 27
    assert found["stack_trained"][[0, 57, 750]].all()
    assert found["stack_labels"] == pytest.approx([0, 7])
