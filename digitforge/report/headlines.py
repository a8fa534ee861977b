"""The numbers on a variant's card: the headline metrics of every group that it has, and all its anomaly scores."""

from collections.abc import Callable, Mapping
from typing import Any

from digitforge.report.numbers import label, measured, percent, score
from digitforge.report.tables import Column, Table, at, table

Settings = Mapping[str, Any]


def whole(found: Any) -> str:
    """A count."""
    return f"{found['value']:.0f}"


# group of numbers -> (title, place in the details, how it is written)
NUMBERS: dict[str, list[tuple[str, str, Callable[[Any], str]]]] = {
    "Reconstructions": [
        ("recognised", "reconstruction/predictability", percent),
        ("right", "reconstruction/accuracy", percent),
        ("PSNR (dB)", "reconstruction/psnr_db", measured),
        ("SSIM", "reconstruction/ssim", score),
    ],
    "Samples": [
        ("recognised", "samples/predictability", percent),
        ("classes covered", "samples/coverage", percent),
        ("classes read at least once", "samples/modes", whole),
        ("class divergence (nats)", "samples/kl_nats", measured),
        ("FID", "samples/fid", measured),
        ("precision", "samples/precision", score),
        ("recall", "samples/recall", score),
        ("coverage", "samples/coverage_prdc", score),
    ],
    "Samples from the prior": [
        ("recognised", "samples/baseline/predictability", percent),
        ("FID", "samples/baseline/fid", measured),
        ("recall", "samples/baseline/recall", score),
    ],
    "Stacks, channel by channel": [
        ("recognised reconstructions", "stacked/reconstruction/predictability", percent),
        ("right", "stacked/reconstruction/accuracy", percent),
        ("recognised samples", "stacked/samples/predictability", percent),
        ("modes of 1,000", "stacked/samples/modes", whole),
        ("class divergence (nats)", "stacked/samples/kl_nats", measured),
    ],
    "Likelihood": [
        ("pixels", "likelihood/data", str),
        ("ELBO (nats)", "likelihood/elbo_nats", measured),
        ("NLL (nats)", "likelihood/nll_nats", measured),
        ("KL (nats)", "likelihood/kl_nats", measured),
        ("active units", "likelihood/active_units", str),
    ],
    "The left-out digit": [
        ("AUROC", "anomaly/auroc", score),
        ("average precision", "anomaly/average_precision", score),
        ("FPR at 95 % TPR", "anomaly/fpr95", score),
    ],
    "Denoising at deviation 0.5": [
        ("PSNR (dB)", "denoising/psnr_db", measured),
        ("SSIM", "denoising/ssim", score),
    ],
    "Compression": [
        ("bytes, 8 bits a coordinate", "compression/codes/8/entropy_bytes", measured),
        ("PSNR (dB)", "compression/codes/8/psnr_db", measured),
        ("bytes, 4 bits a coordinate", "compression/codes/4/entropy_bytes", measured),
        ("PSNR (dB)", "compression/codes/4/psnr_db", measured),
    ],
}


def numbers(details: Settings) -> dict[str, list[tuple[str, str]]]:
    """Group -> (title, text) of the headline numbers that a variant has."""
    found = {
        group: [
            (title, write(there))
            for title, path, write in rows
            if (there := at(path)({"details": details})) is not None
        ]
        for group, rows in NUMBERS.items()
    }
    return {group: rows for group, rows in found.items() if rows}


def scores(details: Settings) -> list[Table]:
    """Every anomaly score on every set; [] for a model without scores."""
    found = details.get("anomaly", {}).get("scores", {})
    rows = [{"key": label(name), "details": of} for name, of in found.items()]
    sets = dict.fromkeys(name for of in found.values() for name in of)
    columns = [Column(name, at(f"{name}/auroc"), score) for name in sets]
    return table(rows, columns, title="score", cards=False)
