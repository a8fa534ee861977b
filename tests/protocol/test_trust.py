import numpy as np
import pytest

from digitforge.data.nondigits.disturbances import DISTURBANCES, LEVELS
from digitforge.metrics.distances import frechet_distance, similarity
from digitforge.protocol import trust
from digitforge.protocol.judge import VALUES

RNG = np.random.default_rng(0)
NEEDED = {
    "strict": {"float": {"1": 0.8, "3": 0.5}, "binary": {"1": 0.6, "3": 0.3}},
    "control": {"float": {"1": 0.7, "3": 0.4}, "binary": {"1": 0.5, "3": 0.2}},
}
KNOWN = {"strict": ["overlaid", "noise"], "control": ["noise", "mirrored"]}
LABELS = RNG.integers(10, size=90)


def of_digits():
    """Probabilities of test digits by the strict verifier, right for most."""
    found = RNG.dirichlet(np.full(11, 0.2), 90)[:, :10]
    found[np.arange(70), LABELS[:70]] += RNG.random(70) * 3
    return found / np.maximum(1, found.sum(axis=1, keepdims=True))


FEATURES = {values: {"strict": of_digits()} for values in VALUES}


def of_kinds(*names):
    """What stage `nondigits` leaves: images, and beliefs of each verifier, rounded so that some are equal."""
    found = {name: np.zeros((24, 28, 28, 1), np.uint8) for name in names}
    for name in names:
        for values in VALUES:
            for verifier in ("plain", "strict", "control"):
                found[f"{name}_{values}_{verifier}"] = RNG.random(40).round(2)
    return found


def slow_share(beliefs, needed):
    return sum(belief >= needed for belief in beliefs) / len(beliefs)


def slow_auroc(digits, strange):
    """Of all pairs, in how many the digit is believed in more; a tie counts half."""
    wins = 0.0
    for a in digits:
        for b in strange:
            wins += 1 if a > b else 0.5 if a == b else 0
    return wins / (len(digits) * len(strange))


def test_real_digits_against_a_loop():
    found = trust.of_real(FEATURES, LABELS, NEEDED["strict"])
    for values in VALUES:
        strict, needed = FEATURES[values]["strict"], NEEDED["strict"][values]["1"]
        right = sum(list(row).index(max(row)) == label for row, label in zip(strict, LABELS, strict=True))
        shares = {"recognised": slow_share([max(row) for row in strict], needed), "accuracy": right / 90}
        assert found[values] == pytest.approx(shares, abs=1e-4)
        assert 0 < found[values]["recognised"] < found[values]["accuracy"] < 1
    assert found["float"] != found["binary"]


def test_shares_of_non_digits_against_loops():
    names = ("overlaid", "noise", "mirrored", "blank")
    nondigits = of_kinds(*names)
    found = trust.of_kinds(nondigits, FEATURES, KNOWN, NEEDED, 0.75)
    assert list(found) == list(names)
    # The judge that never saw a kind says what is accepted of it; of both, the strict one.
    left_out_by = {"overlaid": "control", "noise": None, "mirrored": "strict", "blank": "strict"}
    for name in names:
        assert found[name]["known"] == (name in ("overlaid", "noise"))
        for values, numbers in (("float", found[name]), ("binary", found[name]["binary"])):
            beliefs = {
                verifier: nondigits[f"{name}_{values}_{verifier}"] for verifier in ("plain", "strict", "control")
            }
            assert numbers["plain"] == pytest.approx(slow_share(beliefs["plain"], 0.75), abs=1e-4)
            strict = slow_share(beliefs["strict"], NEEDED["strict"][values]["1"])
            assert numbers["strict"] == pytest.approx(strict, abs=1e-4)
            digits = [max(row) for row in FEATURES[values]["strict"]]
            assert numbers["auroc"] == pytest.approx(slow_auroc(digits, beliefs["strict"]), abs=1e-4)
            judge = left_out_by[name]
            expected = slow_share(beliefs[judge], NEEDED[judge][values]["1"]) if judge else None
            assert numbers["left_out"] == (pytest.approx(expected, abs=1e-4) if judge else None)
        assert found[name]["binary"].keys() == {"plain", "strict", "auroc", "left_out"}


def test_without_non_digits_there_are_no_kinds():
    assert trust.of_kinds({"disturbed_noise_0.0_strict": np.zeros((3, 2))}, FEATURES, KNOWN, NEEDED, 0.8) == {}


@pytest.mark.parametrize(("digits", "strange", "chance"), [([2, 3], [0, 1], 1), ([0, 1], [2], 0), ([1, 1], [1], 0.5)])
def test_telling_apart_goes_from_never_by_guessing_to_always(digits, strange, chance):
    assert trust.told_apart(np.array(digits, float), np.array(strange, float)) == chance


def slow_ranks(values):
    """Ranks from 1; equal values share the mean of theirs."""
    return [np.mean([1 + i for i, other in enumerate(sorted(values)) if other == value]) for value in values]


def slow_spearman(a, b):
    """Pearson's correlation of ranks, from its definition."""
    x, y = (np.array(slow_ranks(values)) for values in (a, b))
    dx, dy = x - x.mean(), y - y.mean()
    return sum(dx * dy) / np.sqrt(sum(dx**2) * sum(dy**2))


def test_ranks_agree_as_spearman_has_it():
    strict, control = [0.9, 0.2, 0.7, 0.7, 0.1, 0.4], [0.8, 0.3, 0.5, 0.9, 0.0, 0.3]
    rows = [{"strict": a, "control": b} for a, b in zip(strict, control, strict=True)]
    assert trust.ranked_alike(rows) == pytest.approx(slow_spearman(strict, control), abs=1e-4)
    assert 0.5 < trust.ranked_alike(rows) < 1
    assert trust.ranked_alike([{"strict": a, "control": a**3} for a in strict]) == 1
    assert trust.ranked_alike([{"strict": a, "control": -a} for a in strict]) == -1
    assert trust.ranked_alike(rows[:3]) is not None
    assert trust.ranked_alike(rows[:2]) is None
    assert trust.ranked_alike([]) is None


@pytest.mark.parametrize("constant", ["strict", "control"])
def test_a_judge_that_tells_no_variants_apart_ranks_none(constant):
    rows = [{"strict": share, "control": share} | {constant: 1.0} for share in (0.1, 0.5, 0.7)]
    assert trust.ranked_alike(rows) is None


@pytest.mark.parametrize("channels", [1, 3])
def test_both_judges_read_the_same_samples_of_a_variant(channels):
    strict, control = (RNG.dirichlet(np.full(11, 0.1), (50, channels))[..., :10] for _ in range(2))
    needed = {name: NEEDED[name]["binary"] for name in NEEDED}
    found = trust.of_variant({"sample_strict": strict, "sample_control": control[:20]}, needed)
    for name, probabilities in (("strict", strict[:20]), ("control", control[:20])):
        beliefs = [np.prod([max(channel) for channel in image]) for image in probabilities]
        assert found[name] == pytest.approx(slow_share(beliefs, needed[name][str(channels)]))
    assert 0 < found["strict"] < 1


def test_distances_are_of_each_verifiers_features_from_the_undisturbed_ones():
    nondigits = {}
    for verifier in ("plain", "strict"):
        real = RNG.normal(size=(60, 4))
        for name in DISTURBANCES:
            for level in LEVELS:
                shift = level * (3 if verifier == "strict" else 1)
                nondigits[f"disturbed_{name}_{level}_{verifier}"] = (real + shift).astype(np.float16)
    found = trust.of_features(nondigits)
    assert found.keys() == {"plain", "strict"}
    for verifier, curves in found.items():
        assert curves.keys() == DISTURBANCES.keys()
        for name, curve in curves.items():
            assert all(len(values) == len(LEVELS) for values in curve.values())
            assert curve["fid"][0] == pytest.approx(0, abs=1e-3)
            assert np.all(np.diff(curve["fid"]) > 0)
            first, last = (nondigits[f"disturbed_{name}_{level}_{verifier}"].astype(np.float32) for level in (0.0, 1.0))
            assert curve["fid"][-1] == pytest.approx(frechet_distance(first, last).value, rel=1e-3)
            expected = similarity(first, last)
            assert curve["kid"][-1] == pytest.approx(expected["kid"].value, rel=1e-3)
            for metric in ("precision", "recall", "density", "coverage_prdc"):
                assert curve[metric][-1] == pytest.approx(expected[metric].value, abs=1e-3)
                assert curve[metric][0] >= 0.99
    assert found["strict"]["blur"]["fid"][-1] > 5 * found["plain"]["blur"]["fid"][-1]
