"""Numbers as a reader wants them: with their uncertainty, and with no more digits than it allows."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from digitforge.metrics.metric import Unit

Measured = Mapping[str, float]


MOST_PLACES = 4


def decimals(error: float) -> int:
    """Places after the point that `error` leaves: to its first digit, or its second where the first is a 1."""
    if not 0 < error < math.inf:
        return 1
    first = -math.floor(math.log10(error))
    return min(MOST_PLACES, max(0, first + (error * 10**first < 1.95)))


def measured(found: Measured, places: int | None = None) -> str:
    """{"value": 8.3716, "ci95": 0.39} -> "8.4 ± 0.4"; without an error that shows, the value alone."""
    value, error = found["value"], found["ci95"]
    places = decimals(error) if places is None else places
    shown = f"{error:.{places}f}"
    return f"{value:.{places}f} ± {shown}" if float(shown) > 0 else f"{value:.{places}f}"


def percent(found: Measured | float) -> str:
    """{"value": 0.9482, "ci95": 0.0043} -> "94.8 ± 0.4 %"; 0.98 -> "98.0 %"."""
    if isinstance(found, Mapping):
        return measured({name: 100 * number for name, number in found.items()}, 1) + " %"
    return f"{100 * found:.1f} %"


def score(found: Measured) -> str:
    """A number in 0..1 with three places: "0.897 ± 0.010"."""
    return measured(found, 3)


def whole(found: Measured) -> str:
    """A count, without its uncertainty."""
    return f"{found['value']:.0f}"


def label(name: str) -> str:
    """ "negative_elbo" -> "negative ELBO"."""
    return name.replace("_", " ").replace("elbo", "ELBO")


# unit of a metric -> how its numbers are written
WRITERS: dict[Unit, Callable[[Any], str]] = {
    "%": percent,
    "score": score,
    "nats": measured,
    "dB": measured,
    "bytes": measured,
    "bits a dimension": "{:.4f}".format,
    "squared error": measured,
    "distance": measured,
    "classes": whole,
    "coordinates": str,
    "word": str,
}
FILTERS = {"label": label, "measured": measured, "percent": percent, "score": score, "thousands": "{:,}".format}
