"""How far the judge can be trusted: what it accepts that is no digit, and what its features notice."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from digitforge.data.nondigits.disturbances import DISTURBANCES, LEVELS
from digitforge.metrics import distances, verifier
from digitforge.metrics.intervals import plain
from digitforge.protocol.judge import FEATURES, VALUES

DISTURBED = Path("artifacts/disturbances.json")

Arrays = dict[str, np.ndarray]
Thresholds = Mapping[str, verifier.Needed]


def of_real(features: Mapping[str, Arrays], labels: np.ndarray, needed: Thresholds) -> dict[str, Any]:
    """What the strict verifier says of test digits: {values: {"recognised", "accuracy"}}.

    features: {values: of stage `features`}; labels: [N] of the test split; needed: {values: thresholds}.
    """
    found = {}
    for values in VALUES:
        strict = features[values]["strict"]
        found[values] = {
            "recognised": round(float(np.mean(strict.max(axis=1) >= needed[values]["1"])), 4),
            "accuracy": round(float(np.mean(strict.argmax(axis=1) == labels)), 4),
        }
    return found


def of_kinds(
    found: Arrays,
    features: Mapping[str, Arrays],
    known: Mapping[str, Sequence[str]],
    needed: Mapping[str, Thresholds],
    tolerance: float,
) -> dict[str, Any]:
    """Shares of non-digits that each verifier accepts, by kind.

    found: of stage `nondigits`; features: {values: of `features`}; known: {"strict", "control"} -> the kinds that it
    learnt to refuse; needed: {"strict", "control"} -> its thresholds; tolerance: of the plain verifier.
    -> {kind: {"known", "plain", "strict", "auroc", "left_out", "binary": {"plain", "strict", "auroc", "left_out"}}}.
    `strict` is the false positive rate at 95 % true positives; `left_out` is that of whichever of the strict verifier
    and its control never saw the kind, if one did not; `auroc` is of the strict verifier's belief.
    """
    there = [name.removesuffix("_float_strict") for name in found if name.endswith("_float_strict")]
    kinds = {}
    for kind in there:
        innocent = next((name for name in known if kind not in known[name]), None)
        by_values: dict[str, Any] = {}
        for values in VALUES:
            beliefs = {name: found[f"{kind}_{values}_{name}"] for name in ("plain", *known)}
            accepted = {name: float(np.mean(beliefs[name] >= needed[name][values]["1"])) for name in known}
            by_values[values] = {
                "plain": round(float(np.mean(beliefs["plain"] >= tolerance)), 4),
                "strict": round(accepted["strict"], 4),
                "auroc": round(told_apart(features[values]["strict"].max(axis=1), beliefs["strict"]), 4),
                "left_out": round(accepted[innocent], 4) if innocent else None,
            }
        kinds[kind] = {"known": kind in known["strict"], **by_values["float"], "binary": by_values["binary"]}
    return kinds


def told_apart(digits: np.ndarray, strange: np.ndarray) -> float:
    """Chance that a digit's belief [N] is higher than a non-digit's [M] (AUROC; Hendrycks 2017, section 2)."""
    return float(roc_auc_score(np.repeat([1, 0], [len(digits), len(strange)]), np.concatenate([digits, strange])))


def of_features(found: Arrays) -> dict[str, Any]:
    """How each distance changes as real digits are disturbed, in the features of each verifier.

    found: of stage `nondigits` -> {verifier: {disturbance: {metric: [at each of LEVELS]}}}.
    """
    curves: dict[str, Any] = {}
    for name in FEATURES:
        curves[name] = {}
        for disturbance in DISTURBANCES:
            levels = [found[f"disturbed_{disturbance}_{level}_{name}"].astype(np.float32) for level in LEVELS]
            rows = plain(distances_of(levels))
            curves[name][disturbance] = {metric: [row[metric] for row in rows] for metric in rows[0]}
    return curves


def distances_of(levels: Sequence[np.ndarray]) -> list[dict[str, float]]:
    """The distances of `samples.spread_of` from the first of several sets of features [N, D] to each, as values alone.

    Their intervals, which take most of the time, are of no use in a curve.
    """
    first, *_ = levels
    within, fitted = distances.within(first), [distances.moments(level.astype(np.float64)) for level in levels]
    return [
        {"fid": distances.frechet(fitted[0], of_level)}
        | {name: found.value for name, found in distances.similarity(first, level, within).items()}
        for level, of_level in zip(levels, fitted, strict=True)
    ]


def ranked_alike(rows: Sequence[Mapping[str, float]]) -> float | None:
    """Spearman's correlation of the shares that the strict verifier and its control recognise, a row a variant.

    None for fewer than three variants, or where either of them tells none apart.
    """
    from scipy.stats import spearmanr

    shares = [[row[name] for row in rows] for name in ("strict", "control")]
    if len(rows) < 3 or any(len(set(one)) == 1 for one in shares):
        return None
    return round(float(spearmanr(*shares)[0]), 4)


def of_variant(found: Arrays, needed: Mapping[str, verifier.Needed]) -> dict[str, float]:
    """Shares of a variant's samples that the strict verifier and its control recognise, of the same images.

    found: sample_strict and sample_control of stage `sample`; needed: {"strict", "control"} -> its thresholds.
    """
    control = found["sample_control"]
    read = {"strict": found["sample_strict"][: len(control)], "control": control}
    channels = str(control.shape[1])
    return {name: verifier.predictability(of, needed[name][channels]).value for name, of in read.items()}
