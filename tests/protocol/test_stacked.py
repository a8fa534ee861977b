import numpy as np
import pytest

from digitforge.data.modes import Mode
from digitforge.data.stacked import make_split
from digitforge.protocol.reference import of_stacks
from digitforge.protocol.stacked import draw, of_variant

RNG = np.random.default_rng(0)
COUNT, STACKS, TOLERANCE = 40, 300, 0.5
NEEDED = {"1": 2.0, "3": 0.4}  # no belief reaches 2: a stack is not judged as an image of one channel
LABELS = np.arange(COUNT) % 10
MODE = Mode.parse("color-float-complete")


def readings(labels, right=0.7):
    """Probabilities of single digits, read right with that chance and with beliefs of all sizes."""
    shown = np.where(RNG.random(len(labels)) < right, labels, RNG.integers(10, size=len(labels)))
    weights = RNG.random((len(labels), 1, 10)) * 0.05
    weights[np.arange(len(labels)), 0, shown] += RNG.random(len(labels)) + 0.2
    return weights / weights.sum(axis=2, keepdims=True)


def stacks():
    """Of the test images as stage `stack` makes them."""
    images = np.zeros((COUNT, 28, 28), np.uint8)
    _, labels, digits = make_split(images, LABELS, MODE, pictures=False, leave_out=None, stacks=50, seed=[1, 1])
    return of_stacks({"digits_test": digits, "y_test": labels, "y_train": np.arange(1000)})


def slow_readings(probabilities, positions):
    """Belief and class of each stack, one after the other."""
    found = []
    for stack in positions:
        belief, label = 1.0, 0
        for place, position in enumerate(stack):
            of_digit = list(probabilities[position, 0])
            belief *= max(of_digit)
            label += 10**place * of_digit.index(max(of_digit))
        found.append((belief, label))
    return found


def measured():
    """Readings of a grey variant, the real stacks, and what is measured of its own."""
    found = {f"reconstruction_{name}": readings(LABELS) for name in ("probabilities", "strict")}
    found |= {f"sample_{name}": readings(np.arange(60) % 10) for name in ("probabilities", "strict")}
    real = stacks()
    groups = of_variant(found, real, STACKS, TOLERANCE, NEEDED, seed=3)
    return found, real, groups


def test_stacks_against_a_loop():
    found, real, groups = measured()
    slow = slow_readings(found["reconstruction_probabilities"], real["stack_digits"])
    recognised = [belief >= TOLERANCE for belief, _ in slow]
    right = [
        belief >= TOLERANCE and label == LABELS[stack] @ [1, 10, 100]
        for (belief, label), stack in zip(slow, real["stack_digits"], strict=True)
    ]
    assert 0 < sum(right) < sum(recognised) < len(slow)
    assert groups["reconstruction"]["predictability"].value == pytest.approx(np.mean(recognised))
    assert groups["accuracy"].value == groups["reconstruction"]["accuracy"].value == pytest.approx(np.mean(right))

    slow = slow_readings(found["sample_probabilities"], draw(60, STACKS, 3, seed=3))
    samples = groups["samples"]
    assert samples["predictability"].value == pytest.approx(np.mean([belief >= TOLERANCE for belief, _ in slow]))
    assert samples["coverage"].value == len({label for belief, label in slow if belief >= TOLERANCE}) / 1000
    counts = np.bincount([label for _, label in slow], minlength=1000)
    assert groups["modes"].value == samples["modes"].value == np.sum(counts > 0)
    shares = counts[counts > 0] / STACKS
    assert groups["kl_nats"].value == pytest.approx(np.sum(shares * np.log(shares * 1000)))
    assert samples["kl_floor_nats"] > 0
    assert samples["trained_classes"] == 1000


def test_recognised_stacks_against_a_loop():
    found, real, groups = measured()
    slow = slow_readings(found["reconstruction_strict"], real["stack_digits"])
    recognised = [belief >= NEEDED["3"] for belief, _ in slow]
    right = [
        belief >= NEEDED["3"] and label == LABELS[stack] @ [1, 10, 100]
        for (belief, label), stack in zip(slow, real["stack_digits"], strict=True)
    ]
    assert 0 < sum(right) < sum(recognised) < len(slow)
    assert groups["reconstruction"]["recognised"].value == pytest.approx(np.mean(recognised))
    assert groups["right"].value == groups["reconstruction"]["right"].value == pytest.approx(np.mean(right))

    slow = slow_readings(found["sample_strict"], draw(60, STACKS, 3, seed=3))
    labels = [label for belief, label in slow if belief >= NEEDED["3"]]
    assert 0 < len(labels) < STACKS
    assert groups["recognised"].value == groups["samples"]["recognised"].value == pytest.approx(len(labels) / STACKS)
    counts = np.bincount(labels, minlength=1000)
    assert groups["samples"]["recognised_modes"].value == np.sum(counts > 0)
    shares = counts[counts > 0] / len(labels)
    assert groups["samples"]["recognised_kl_nats"].value == pytest.approx(np.sum(shares * np.log(shares * 1000)))


def read_alike(probabilities):
    """Samples that both verifiers read alike."""
    return {"sample_probabilities": probabilities, "sample_strict": probabilities}


def test_a_model_without_reconstructions_has_stacks_of_samples():
    groups = of_variant(read_alike(readings(LABELS)), stacks(), STACKS, TOLERANCE, NEEDED, seed=3)
    assert set(groups) == {"recognised", "modes", "kl_nats", "samples"}


def test_a_perfect_model_of_digits_is_one_of_stacks_and_a_constant_one_has_one_mode():
    perfect = np.eye(10)[np.arange(10_000) % 10][:, None]
    groups = of_variant(read_alike(perfect), stacks(), 26_000, TOLERANCE, NEEDED, seed=3)
    assert groups["modes"].value == groups["samples"]["recognised_modes"].value == 1000
    assert groups["kl_nats"].value == pytest.approx(groups["samples"]["kl_floor_nats"], rel=0.2)
    groups = of_variant(read_alike(perfect[:1]), stacks(), 26_000, TOLERANCE, NEEDED, seed=3)
    assert groups["modes"].value == groups["samples"]["recognised_modes"].value == 1
    assert groups["kl_nats"].value == pytest.approx(np.log(1000))


def test_stacks_are_drawn_with_the_seed_each_channel_by_itself():
    drawn = draw(50, 4_000, 3, seed=1)
    assert drawn.shape == (4_000, 3)
    np.testing.assert_array_equal(drawn, draw(50, 4_000, 3, seed=1))
    assert np.any(drawn != draw(50, 4_000, 3, seed=2))
    assert set(drawn.ravel()) == set(range(50))
    assert abs(np.corrcoef(drawn.T)[np.triu_indices(3, 1)]).max() < 0.06
