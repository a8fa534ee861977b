"""Every metric that there is, in the order of reports/metrics.md."""

from digitforge.metrics.entries import (
    anomaly,
    compression,
    denoising,
    likelihood,
    reconstruction,
    samples,
    stacked,
    verifier,
)
from digitforge.metrics.metric import Metric

GROUPS = (verifier, reconstruction, samples, likelihood, anomaly, denoising, compression, stacked)
CATALOGUE = tuple(metric for group in GROUPS for metric in group.METRICS)
HEADLINES = tuple(metric for metric in CATALOGUE if metric.headline)  # those in reports/metrics/VARIANT.json
BY_KEY = {metric.key: metric for metric in CATALOGUE}


def metric(key: str) -> Metric:
    """The metric of this key; raises ValueError for another, so that a misspelt one is an error at import."""
    if key not in BY_KEY:
        raise ValueError(f"metric: received {key!r}; accepted: {', '.join(BY_KEY)}")
    return BY_KEY[key]
