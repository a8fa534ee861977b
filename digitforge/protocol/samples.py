"""Generated images: what the verifiers read in them, how they are spread, whether they are copies."""

from typing import Any

import numpy as np

from digitforge.data.pixels import crisp
from digitforge.data.stacked import shown
from digitforge.data.subsets import spread, trained_classes
from digitforge.metrics import distances, verifier
from digitforge.metrics.intervals import Estimate, mean
from digitforge.protocol import copies

COMPARED = 10_000  # images of each set between which distances are taken

Arrays = dict[str, np.ndarray]


def target_shares(labels: np.ndarray, channel_count: int, class_count: int = 10) -> np.ndarray:
    """Class shares that samples should have: those of the training labels; for stacks, uniform over trained classes.

    PacGAN's protocol takes a uniform target. True samples of MNIST's digits are about 0.004 nats from it.
    channel_count: of what the verifiers read; class_count: of one channel -> [class_count], or of stacks [10^C].
    """
    if channel_count == 1:
        return np.bincount(labels, minlength=class_count) / len(labels)
    trained = trained_classes(labels, channel_count, class_count)
    return trained / trained.sum()


def recognised(strict: np.ndarray, target: np.ndarray, needed: verifier.Needed) -> dict[str, Any]:
    """What the strict verifier recognises in samples. strict: [S, C, K] by it, target: of `target_shares`."""
    threshold = needed[str(strict.shape[1])]
    found = {"recognised": verifier.predictability(strict, threshold)}
    counts = verifier.class_counts(strict, threshold)[target > 0]
    if counts.sum() == 0:
        return found
    return found | {
        "recognised_modes": verifier.modes(counts),
        "recognised_kl_nats": verifier.kl_divergence(counts, target[target > 0]),
    }


def classes(probabilities: np.ndarray, target: np.ndarray, tolerance: float) -> dict[str, Any]:
    """What the plain verifier reads in samples. probabilities: [S, C, K], target: of `target_shares`.

    All but predictability go by the classes that the model was trained on; `untrained_share` of the samples are read as
    another.
    """
    counts = verifier.class_counts(probabilities)
    trained = target > 0
    found: dict[str, Any] = {
        "predictability": verifier.predictability(probabilities, tolerance),
        "coverage": verifier.coverage(probabilities, trained, tolerance),
        "expected_coverage": verifier.expected_coverage(len(probabilities), int(trained.sum())),
        "trained_classes": int(trained.sum()),
    }
    if counts[trained].sum() > 0:
        found |= {
            "modes": verifier.modes(counts[trained]),
            "kl_nats": verifier.kl_divergence(counts[trained], target[trained]),
            "kl_floor_nats": verifier.kl_floor(int(counts[trained].sum()), target[trained]),
        }
    if not trained.all():
        found["untrained_share"] = mean(np.repeat([0, 1], [counts[trained].sum(), counts[~trained].sum()]))
    if probabilities.shape[1] == 1:
        found |= {"class_shares": (counts / counts.sum()).tolist(), "trained_class_shares": target.tolist()}
    return found


def real_features(data: Arrays, features: Arrays, kept: np.ndarray) -> np.ndarray:
    """Features [N, C F] of the test images that distances are to. data: of stage `stack`, features: of `features`."""
    digits = data["digits_test"][kept]
    found = features["test"][digits[spread(len(digits), COMPARED)]]
    return found.reshape(len(found), -1)


def learnt_features(data: Arrays, features: Arrays, count: int) -> np.ndarray:
    """Features [M, C F] of training images, as many as `count` samples are compared."""
    size = len(data["digits_train"])
    found = features["train"][data["digits_train"][spread(size, min(COMPARED, count, size))]]
    return found.reshape(len(found), -1)


def spread_of(real: np.ndarray, generated: np.ndarray, known: Arrays) -> dict[str, Estimate]:
    """Every distance between two sets of features [N, D], [M, D]. known: `reference.of_features(real)`."""
    fitted = distances.Gaussians(*(known[name] for name in distances.Gaussians._fields))
    within = distances.Within(*(known[name] for name in distances.Within._fields))
    return {
        "fid": distances.frechet_distance(real, generated, fitted),
        **distances.similarity(real, generated, within),
    }


def of_variant(
    data: Arrays,
    features: Arrays,
    known: Arrays,
    found: Arrays,
    kept: np.ndarray,
    tolerance: float,
    needed: verifier.Needed,
) -> dict[str, Any]:
    """What the verifiers see in a variant's samples, and in those of its historic sampler as `baseline`.

    data: of stage `stack`, features: of `features`, known: arrays of `reference`, found: of `sample`. kept: [N] bool,
    the test images of digits that the model was trained on. Distances are between sets of up to 10,000 images, of
    samples at most as many as there are training images.
    """
    target = target_shares(data["y_train"], *found["sample_probabilities"].shape[1:])
    real = real_features(data, features, kept)

    def seen(kind: str) -> dict[str, Any]:
        of_kind = found[f"{kind}_features"]
        compared = of_kind[: min(COMPARED, len(data["y_train"]))]
        generated = compared.reshape(len(compared), -1)
        return {
            **recognised(found[f"{kind}_strict"], target, needed),
            **classes(found[f"{kind}_probabilities"], target, tolerance),
            **spread_of(real, generated, known),
        }

    return seen("sample") | ({"baseline": seen("baseline")} if "baseline_features" in found else {})


def of_copies(data: Arrays, features: Arrays, known: Arrays, found: Arrays, threshold: float | None) -> dict[str, Any]:
    """Whether a variant's samples are copies; arguments as for `of_variant`. threshold: of a lit pixel."""
    held_out = {name.removeprefix("held_out_"): array for name, array in known.items() if name.startswith("held_out_")}
    training = {"pixels": data["x_train"], "features": features["train"][data["digits_train"]]}
    rows = spread(len(found["samples"]), copies.QUERIES)
    chosen = {"pixels": crisp(found["samples"][rows], threshold), "features": found["sample_features"][rows]}
    near = copies.near_training(chosen, training) | {"images": rows}
    read, channels = found["sample_probabilities"][rows], found["sample_probabilities"].shape[1]
    digits, held_out_digits = verifier.beliefs_and_classes(read)[1], data["y_test"][held_out["images"]]
    return copies.of_samples(near, shown(digits, channels)[:, 0], held_out, shown(held_out_digits, channels)[:, 0])
