"""The numbers on a variant's card: the main metrics of every group that it has, and all its anomaly scores."""

from collections.abc import Iterable, Mapping
from typing import Any

from digitforge.metrics.catalogue import HEADLINES, metric
from digitforge.metrics.metric import Metric
from digitforge.report.numbers import label
from digitforge.report.tables import Column, Table, cell, of_metric, table

Settings = Mapping[str, Any]

PRIOR = "samples/baseline"
# PSNR says the pixel error in decibels; density has no best, and a score's name is no number.
ABSENT = {metric("reconstruction.mse"), metric("samples.density"), metric("anomaly.score")}
NAMED: dict[str, list[Column]] = {
    "Reconstructions": [
        of_metric("reconstruction.recognised"),
        of_metric("reconstruction.right"),
        of_metric("reconstruction.predictability"),
        of_metric("reconstruction.accuracy"),
        of_metric("reconstruction.psnr_db"),
        of_metric("reconstruction.ssim"),
    ],
    "Samples": [
        of_metric("samples.recognised"),
        of_metric("samples.recognised", "test images recognised").within("samples/real"),
        of_metric("samples.recognised_modes"),
        of_metric("samples.predictability"),
        of_metric("samples.coverage"),
        of_metric("samples.modes", "classes read at least once"),
        of_metric("samples.kl_nats"),
        of_metric("samples.fid"),
        of_metric("samples.precision"),
        of_metric("samples.recall"),
        of_metric("samples.coverage_prdc"),
    ],
    "Samples from the prior": [
        of_metric("samples.recognised").within(PRIOR),
        of_metric("samples.fid").within(PRIOR),
        of_metric("samples.recall").within(PRIOR),
    ],
    "Stacks, channel by channel": [
        of_metric("stacked.recognised", "recognised samples"),
        of_metric("stacked.right", "right reconstructions"),
        of_metric("stacked.accuracy", "accuracy of reconstructions"),
        of_metric("samples.predictability").within("stacked/samples"),
        of_metric("stacked.modes", "modes of 1,000"),
        of_metric("stacked.kl_nats"),
    ],
    "Likelihood": [
        of_metric("likelihood.data"),
        of_metric("likelihood.elbo_nats"),
        of_metric("likelihood.nll_nats"),
        of_metric("likelihood.kl_nats"),
        of_metric("likelihood.active_units"),
    ],
    "The left-out digit": [
        of_metric("anomaly.auroc"),
        of_metric("anomaly.average_precision"),
        of_metric("anomaly.fpr95"),
    ],
    "Denoising at deviation 0.5": [of_metric("denoising.psnr_db"), of_metric("denoising.ssim")],
    "Compression": [
        of_metric("compression.codes.8.entropy_bytes", "bytes, 8 bits a coordinate"),
        of_metric("reconstruction.psnr_db").within("compression/codes/8"),
        of_metric("compression.codes.8.entropy_bytes", "bytes, 4 bits a coordinate").within("compression/codes/4"),
        of_metric("reconstruction.psnr_db").within("compression/codes/4"),
    ],
}
AUROC = of_metric("anomaly.auroc", contest=False)


def completed(named: dict[str, list[Column]], headlines: Iterable[Metric]) -> dict[str, list[Column]]:
    """The sections of a card, with each headline that none of them names at the end of its group's section."""
    groups = {column.metric.group: title for title in reversed(named) for column in named[title] if column.metric}
    there = ABSENT | {column.metric for columns in named.values() for column in columns}
    found = {title: list(columns) for title, columns in named.items()}
    for one in headlines:
        if one not in there:
            title = groups.get(one.group, label(one.group).capitalize())
            found.setdefault(title, []).append(of_metric(one.key))
    return found


NUMBERS = completed(NAMED, HEADLINES)


def numbers(details: Settings, several: Settings) -> dict[str, list[tuple[str, str, str]]]:
    """Group -> (title, text, text over all seeds) of the numbers that a variant has.

    several: details over its seeds; the last text is empty without them.
    """
    own, over = {"details": details}, {"details": several}
    there = {group: [one for one in columns if one.find(own) is not None] for group, columns in NUMBERS.items()}
    found = {
        group: [(one.title, cell(own, one).text, cell(over, one, "").text) for one in columns]
        for group, columns in there.items()
    }
    return {group: triples for group, triples in found.items() if triples}


def scores(details: Settings) -> list[Table]:
    """A table of every anomaly score on every set of anomalies; [] for a model without scores."""
    found = details.get("anomaly", {}).get("scores", {})
    rows = [{"key": label(name), "details": of} for name, of in found.items()]
    sets = dict.fromkeys(name for of in found.values() for name in of)
    columns = [AUROC.within(name, name) for name in sets]
    return table(rows, columns, title="score", cards=False)
