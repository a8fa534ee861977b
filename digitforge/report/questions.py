"""What the report compares: the columns of each question."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from digitforge.metrics.catalogue import metric
from digitforge.metrics.compression import BITS
from digitforge.report.numbers import label, measured
from digitforge.report.tables import (
    At,
    Column,
    Described,
    Table,
    at,
    name_of,
    of_companion,
    of_metric,
    table,
    value,
)

MODELS = (
    Column("what it is", lambda row: row["title"], str, left=True),
    Column("data", lambda row: row["data"], str, left=True),
    Column("code", lambda row: row["code"], str),
    Column("weights", lambda row: row["weights"], lambda count: f"{count / 1e6:.2f} M"),
    Column("training", lambda row: row["steps"], "{:,} steps".format),
)
COMPARISON = tuple(
    one._replace(contest=False)  # of all data, across which no number is the best
    for one in (
        Column("kind", lambda row: row["kind"], str, left=True),
        Column("data", lambda row: row["data"], str, left=True),
        of_metric("samples.recognised", "recognised samples"),
        of_metric("reconstruction.right", "right reconstructions"),
        of_metric("samples.fid"),
        of_metric("samples.recall"),
        of_metric("samples.coverage_prdc"),
        of_metric("likelihood.nll_nats"),
        of_metric("likelihood.data", "of pixels"),
        of_metric("anomaly.auroc"),
        of_metric("denoising.psnr_db", "denoising PSNR (dB)"),
        of_metric("compression.codes.8.entropy_bytes", "compressed (bytes)"),
    )
)
RECONSTRUCTION = (
    of_metric("reconstruction.recognised"),
    of_metric("reconstruction.right"),
    of_metric("reconstruction.predictability"),
    of_metric("reconstruction.accuracy"),
    of_metric("reconstruction.psnr_db"),
    of_metric("reconstruction.ssim"),
    of_metric("reconstruction.bce_nats"),
)
READ = (
    of_metric("samples.recognised"),
    of_metric("samples.recognised_kl_nats"),
    of_metric("samples.predictability"),
    of_metric("samples.coverage"),
    of_metric("samples.kl_nats"),
    of_companion("samples.kl_nats", "its floor"),
    of_metric("samples.untrained_share"),
)
SPREAD = (
    of_metric("samples.fid"),
    of_metric("samples.kid"),
    of_metric("samples.precision"),
    of_metric("samples.recall"),
    of_metric("samples.density"),
    of_metric("samples.coverage_prdc"),
)
COPIES = (
    of_metric("samples.copies.pixels.copying"),
    of_metric("samples.copies.pixels.copying").within("samples/copies/features", "in features"),
    of_metric("samples.copies.pixels.exact_copies", contest=False),
)


def lossy_psnr(found: Mapping[str, float]) -> str:
    """PSNR of a codec's images; of those that lose nothing, words."""
    return measured(found) if found["value"] < 100 else "exact"


CODECS = (
    Column("quality", at("quality"), str),
    Column("bytes", at("bytes/value"), "{:.0f}".format),
    Column("payload", at("payload_bytes/value"), "{:.0f}".format),
    of_metric("reconstruction.psnr_db", contest=False).within("")._replace(write=lossy_psnr),
    of_metric("reconstruction.ssim", contest=False).within(""),
)


CODES = tuple(  # fewer bytes cost PSNR, so neither alone has a best
    one.within(f"compression/codes/{bits}", f"{one.title}, {bits} bits")
    for bits in BITS
    for one in (
        of_metric("compression.codes.8.entropy_bytes", "bytes", contest=False),
        of_metric("reconstruction.psnr_db", contest=False),
    )
)


def of_stacks(column: Column) -> Column:
    """A column of stacks: a three-channel model's own number, or a grey model's, applied channel by channel."""
    assert isinstance(column.find, At)
    own, channelwise = column.find, at(f"stacked/{column.find.path}")
    return column._replace(find=lambda row: own(row) if row["data"].color else channelwise(row))


def network(row: Described) -> str:
    """How a model makes stacks."""
    return "three channels" if row["data"].color else "channel by channel"


STACKS = (
    Column("network", network, str, left=True),
    of_stacks(of_metric("samples.recognised", "recognised samples")),
    of_stacks(of_metric("samples.recognised_modes")),
    of_stacks(of_metric("samples.recognised_kl_nats")),
    of_stacks(of_metric("reconstruction.right", "right reconstructions")),
    of_stacks(of_metric("samples.predictability")),
    of_stacks(of_metric("samples.modes")),
    of_stacks(of_metric("samples.kl_nats")),
    of_stacks(of_companion("samples.kl_nats", "its floor")),
)


def stacked(rows: Sequence[Described]) -> list[Described]:
    """Three-channel models of complete stacks, then grey models with numbers of stacks."""
    true = [row for row in rows if row["stacked"] and row["data"].complete]
    return true + [row for row in rows if "stacked" in row["details"]]


SAMPLERS = (  # the prior's numbers before those of the chosen sampler
    Column("chosen sampler", lambda row: row["sampler"], str, left=True),
    *(
        one
        for chosen in ("samples.recognised", "samples.fid", "samples.recall")
        for one in (
            of_metric(chosen, f"{metric(chosen).heading}: prior", contest=False).within("samples/baseline"),
            of_metric(chosen, "chosen", contest=False),
        )
    ),
)
AUROC = of_metric("anomaly.auroc")
ALARMS = (of_metric("anomaly.average_precision"), of_metric("anomaly.fpr95"))
DENOISING = (of_metric("denoising.psnr_db"), of_metric("denoising.ssim"))


def leading_score(row: Described) -> str | None:
    """The best founded anomaly score that a model gives, as `protocol.anomaly.leading_score` has it."""
    names = list(row["details"].get("anomaly", {}).get("scores", {}))
    return names[-1] if names else None


def of_set(name: str) -> Column:
    """AUROC of the leading score on one set of anomalies."""
    return AUROC._replace(
        title=name, find=lambda row: AUROC.within(f"anomaly/scores/{leading_score(row)}/{name}").find(row)
    )


def anomaly_columns(rows: Sequence[Described]) -> list[Column]:
    """AUROC of every model's leading score on every set that there is, and which score that is."""
    found = [row["details"]["anomaly"]["scores"][chosen] for row in rows if (chosen := leading_score(row))]
    sets = dict.fromkeys(name for scores in found for name in scores)
    return [*map(of_set, sets), Column("score", leading_score, label, left=True)]


def left_out_columns(rows: Sequence[Described], digit: int) -> list[Column]:
    """Every score's AUROC on the left-out digit, and the leading one's average precision and false alarms."""
    of_digit = f"digit {digit}"
    with_scores = [row["details"].get("anomaly", {}).get("scores", {}) for row in rows]
    names = [name for scores in with_scores for name, sets in scores.items() if of_digit in sets]
    each = [AUROC.within(f"anomaly/scores/{name}/{of_digit}", label(name)) for name in dict.fromkeys(names)]
    return [*each, *ALARMS]


def denoising_columns(sigma: str) -> list[Column]:
    """What the model makes of noisy images, at one level of noise."""
    return [one.within(f"denoising/levels/{sigma}/model") for one in DENOISING]


def without_model(group: Sequence[Described], sigma: str) -> dict[str, Described]:
    """A median filter and the noisy image in the place of a model, on the images of a group of variants."""
    levels = [found for row in group if (found := at(f"denoising/levels/{sigma}")(row))]
    return {
        name: {"details": {"denoising": {"levels": {sigma: {"model": levels[0][kind]}}}}}
        for kind, name in (("median", "median filter"), ("noisy", "noisy image"))
        if levels
    }


def codecs(coded: Described | None) -> list[Table]:
    """Image codecs on the images of the variant that stands for all."""
    found = coded["details"]["compression"]["codecs"] if coded else []
    return table([{"key": one["codec"], "details": one} for one in found], CODECS, title="codec", cards=False)


def left_out_in_turn(left_out: Mapping[str, Any], names: Sequence[str]) -> list[Table]:
    """AUROC of every score for each class left out in turn, and its mean.

    left_out: of `content.left_out`; names: of the classes.
    """
    scores: Mapping[str, Any] = next(iter(left_out.values()), {})
    rows = [{"key": label(name), "details": {digit: of[name] for digit, of in left_out.items()}} for name in scores]
    short = AUROC._replace(write=lambda found: f"{value(found):.3f}", contest=False)

    def over_digits(row: Described) -> float:
        return mean(value(short.within(digit).find(row)) for digit in row["details"])

    columns = [short.within(digit, name_of(int(digit), names)) for digit in left_out]
    return table(rows, [*columns, short._replace(title="mean", find=over_digits)], title="score", cards=False)
