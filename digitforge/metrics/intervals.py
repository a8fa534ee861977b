"""How far chance alone could move a number: every metric is an `Estimate`, its value with a 95 % interval.

The interval is that of the finite test split and sample. It doesn't hold what another training seed would change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Int, Real, Shaped

RESAMPLES = 100
SEED = 0x5EED  # of every resampling; unlike what callers use, so that no data is drawn with the same numbers
Z95 = 1.96  # half-width of a normal distribution's central 95 %, in standard deviations


class Estimate(NamedTuple):
    """`value`, known to within +- `ci95` (half-width of a 95 % interval)."""

    value: float
    ci95: float


def mean(values: Shaped[np.ndarray, "N"]) -> Estimate:
    """The mean of one number per image, +- 1.96 standard errors (what the bootstrap tends to). values: [N]."""
    values = np.asarray(values, np.float64)
    return Estimate(float(values.mean()), float(Z95 * values.std() / np.sqrt(len(values))))


@lru_cache(maxsize=8)  # scores of the same images are resampled alike, again and again
def resampled_counts(count: int, resamples: int = RESAMPLES, stream: int = 0) -> Int[np.ndarray, "resamples count"]:
    """How often each of `count` images is in each bootstrap sample (Efron 1979) -> [resamples, count].

    Equal arguments give equal counts; another `stream` gives independent ones.
    """
    counts = np.random.default_rng([SEED, stream]).multinomial(count, np.full(count, 1 / count), size=resamples)
    counts.flags.writeable = False
    return counts


def from_resamples(value: float, resampled: Real[np.ndarray, "B"]) -> Estimate:
    """A value +- 1.96 standard deviations of its bootstrap replicates [B].

    Not their percentiles: resampling repeats images, which shifts statistics such as the Frechet distance or a number
    of classes. Where such a statistic is at its optimum the interval is too wide (by half for the Frechet distance).
    """
    return Estimate(float(value), float(Z95 * np.std(resampled, dtype=np.float64)))


def bootstrap(
    statistic: Callable[..., float], *arrays: Shaped[np.ndarray, "N ..."], resamples: int = RESAMPLES
) -> Estimate:
    """A statistic of arrays [N, ...], whose rows are resampled together, +- 1.96 bootstrap standard errors."""
    rng = np.random.default_rng(SEED)
    count = len(arrays[0])
    drawn = (rng.integers(count, size=count) for _ in range(resamples))
    replicates = [statistic(*(array[rows] for array in arrays)) for rows in drawn]
    return from_resamples(statistic(*arrays), np.array(replicates))


def significant(value: float, digits: int = 4) -> float:
    """Round to significant digits: enough to compare, short enough to read."""
    return float(f"{value:.{digits}g}")


def each(content: Any, change: Callable[[Any], Any]) -> Any:
    """Nested mappings and lists of metrics with `change` applied to every number, Estimate or text in them."""
    match content:
        case dict():
            return {name: each(value, change) for name, value in content.items()}
        case list():
            return [each(value, change) for value in content]
        case _:
            return change(content)


def plain(content: Any) -> Any:
    """Metrics as JSON has them: numbers rounded, an Estimate as {"value": v, "ci95": w}."""

    def rounded(value: Any) -> Any:
        match value:
            case Estimate():
                # The interval says how many digits mean something: two of its own.
                return {"value": significant(value.value, 5), "ci95": significant(value.ci95, 2)}
            case float() | np.floating():
                return significant(float(value))
            case np.integer():
                return int(value)
            case _:
                return value

    return each(content, rounded)


def stored(content: Any) -> Any:
    """Metrics as JSON with every digit, for `restored` to read."""
    return each(content, lambda value: value._asdict() if isinstance(value, Estimate) else value)


def restored(content: Any) -> Any:
    """What `stored` was given."""
    match content:
        case {"value": float(value), "ci95": float(ci95)}:
            return Estimate(value, ci95)
        case dict():
            return {name: restored(value) for name, value in content.items()}
        case list():
            return [restored(value) for value in content]
        case _:
            return content
