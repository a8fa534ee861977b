"""What the report compares: the columns of each question."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from digitforge.report.numbers import label, measured, percent, score
from digitforge.report.tables import HIGH, LOW, Column, Find, Row, Table, at, mode_name, of_pictures, table

PIXELS = {
    "dynamic": "dynamically binarised pixels",
    "threshold": "thresholded pixels",
    "grey": "grey pixels, which compare with nothing else",
    "density": "a density of grey pixels, which compare with nothing else either",
}
MODELS = (
    Column("what it is", lambda row: row["title"], str, left=True),
    Column("data", lambda row: row["data"], str, left=True),
    Column("code", lambda row: row["code"], str),
    Column("weights", lambda row: row["weights"], lambda count: f"{count / 1e6:.2f} M"),
    Column("training", lambda row: row["steps"], "{:,} steps".format),
)
COMPARISON = (  # of all data, across which no number is the best
    Column("kind", lambda row: row["kind"], str, left=True),
    Column("data", lambda row: row["data"], str, left=True),
    Column("right reconstructions", at("reconstruction/accuracy"), percent),
    Column("recognised samples", at("samples/predictability"), percent),
    Column("FID", at("samples/fid"), measured),
    Column("recall", at("samples/recall"), score),
    Column("coverage", at("samples/coverage_prdc"), score),
    Column("NLL (nats)", at("likelihood/nll_nats"), measured),
    Column("of pixels", at("likelihood/data"), str, left=True),
    Column("AUROC", at("anomaly/auroc"), score),
    Column("denoising PSNR (dB)", at("denoising/psnr_db"), measured),
    Column("compressed (bytes)", at("compression/codes/8/entropy_bytes"), measured),
)
RECONSTRUCTION = (
    Column("recognised", at("reconstruction/predictability"), percent, HIGH),
    Column("right", at("reconstruction/accuracy"), percent, HIGH),
    Column("PSNR (dB)", at("reconstruction/psnr_db"), measured, HIGH),
    Column("SSIM", at("reconstruction/ssim"), score, HIGH),
    Column("cross-entropy (nats)", at("reconstruction/bce_nats"), measured, LOW),
)
FLOOR = "{:.4f}".format
READ = (
    Column("recognised", at("samples/predictability"), percent, HIGH),
    Column("classes covered", at("samples/coverage"), percent, HIGH),
    Column("class divergence (nats)", at("samples/kl_nats"), measured, LOW),
    Column("its floor", at("samples/kl_floor_nats"), FLOOR),
    Column("read as untrained", at("samples/untrained_share"), percent, LOW),
)
SPREAD = (
    Column("FID", at("samples/fid"), measured, LOW),
    Column("KID", at("samples/kid"), measured, LOW),
    Column("precision", at("samples/precision"), score, HIGH),
    Column("recall", at("samples/recall"), score, HIGH),
    Column("density", at("samples/density"), score),
    Column("coverage", at("samples/coverage_prdc"), score, HIGH),
)
COPIES = (
    Column("nearer than test images, in pixels", at("samples/copies/pixels/copying"), score),
    Column("in features", at("samples/copies/features/copying"), score),
    Column("exact copies", at("samples/copies/pixels/exact_copies"), percent),
)


def unless_full(path: str, sign: str) -> Find:
    """A number with the sign of what it bounds where mutual information is at its ceiling."""
    information = at("likelihood/mutual_information_nats")

    def find(row: Row) -> Any:
        found = at(path)(row)
        if found is None or information(row) is None:
            return found
        ceiling = row["details"]["likelihood"]["mutual_information_ceiling_nats"]
        return {**found, "sign": f"{sign} " if ceiling - information(row)["value"] < 0.5 else ""}

    return find


def signed(found: Mapping[str, Any]) -> str:
    """`measured`, with a sign before it."""
    return found.get("sign", "") + measured({name: found[name] for name in ("value", "ci95")})


def units(row: Row) -> str | None:
    """Active units of the code."""
    found = at("likelihood/active_units")(row)
    return None if found is None else f"{found} of {row['details']['likelihood']['units']}"


LIKELIHOOD = (
    Column("NLL", at("likelihood/nll_nats"), measured, LOW),
    Column("ELBO", at("likelihood/elbo_nats"), measured, HIGH),
    Column("bits per dimension", at("likelihood/bits_per_dimension"), FLOOR, LOW),
    Column("reconstruction", at("likelihood/reconstruction_nats"), measured),
    Column("KL", at("likelihood/kl_nats"), measured),
    Column("mutual information", unless_full("likelihood/mutual_information_nats", "≥"), signed),
    Column("marginal KL", unless_full("likelihood/marginal_kl_nats", "≤"), signed),
    Column("active units", units, str),
)
CODECS = (
    Column("quality", lambda found: found["quality"], str),
    Column("bytes", lambda found: found["bytes"]["value"], "{:.0f}".format),
    Column("payload", lambda found: found["payload_bytes"]["value"], "{:.0f}".format),
    Column(
        "PSNR (dB)", lambda found: found["psnr_db"], lambda psnr: measured(psnr) if psnr["value"] < 100 else "exact"
    ),
    Column("SSIM", lambda found: found["ssim"], score),
)
CODES = tuple(
    Column(f"{title}, {bits} bits", at(f"compression/codes/{bits}/{name}"), write)
    for bits in (8, 4)
    for title, name, write in (("bytes", "entropy_bytes", measured), ("PSNR (dB)", "psnr_db", measured))
)


def of_stacks(path: str) -> Find:
    """A number of stacks: a three-channel model's own, or a grey model's, applied channel by channel."""

    def find(row: Row) -> Any:
        return at(path)(row) if row["data"].color else at(f"stacked/{path}")(row)

    return find


def network(row: Row) -> str:
    """How a model makes stacks."""
    return "three channels" if row["data"].color else "channel by channel"


STACKS = (
    Column("network", network, str, left=True),
    Column("recognised reconstructions", of_stacks("reconstruction/predictability"), percent, HIGH),
    Column("right", of_stacks("reconstruction/accuracy"), percent, HIGH),
    Column("recognised samples", of_stacks("samples/predictability"), percent, HIGH),
    Column("modes", of_stacks("samples/modes"), lambda found: f"{found['value']:.0f}", HIGH),
    Column("class divergence (nats)", of_stacks("samples/kl_nats"), measured, LOW),
    Column("its floor", of_stacks("samples/kl_floor_nats"), FLOOR),
)


def stacked(rows: Sequence[Row]) -> list[Row]:
    """Three-channel models of complete stacks, then grey models with numbers of stacks."""
    true = [row for row in rows if row["stacked"] and row["data"].complete]
    return true + [row for row in rows if "stacked" in row["details"]]


def sampler_columns() -> tuple[Column, ...]:
    """The historic sampler's numbers before those of the chosen one."""
    names = (("recognised", "predictability", percent), ("FID", "fid", measured), ("recall", "recall", score))
    columns = [Column("chosen sampler", lambda row: row["sampler"], str, left=True)]
    for title, name, write in names:
        columns.append(Column(f"{title}: prior", at(f"samples/baseline/{name}"), write))
        columns.append(Column("chosen", at(f"samples/{name}"), write))
    return tuple(columns)


def last_score(row: Row) -> str | None:
    """The best founded anomaly score that a model gives; the one that headline numbers go by."""
    names = list(row["details"].get("anomaly", {}).get("scores", {}))
    return names[-1] if names else None


def of_set(name: str) -> Find:
    """AUROC of the headline score on one set of anomalies."""
    return lambda row: at(f"anomaly/scores/{last_score(row)}/{name}/auroc")(row)


def anomaly_columns(rows: Sequence[Row]) -> list[Column]:
    """AUROC of every model's headline score on every set that there is, and which score that is."""
    sets = [name for row in rows if (chosen := last_score(row)) for name in row["details"]["anomaly"]["scores"][chosen]]
    titled = [Column(name, of_set(name), score, HIGH) for name in dict.fromkeys(sets)]
    return [*titled, Column("score", last_score, label, left=True)]


def left_out_columns(rows: Sequence[Row], digit: int) -> list[Column]:
    """Every score's AUROC on the left-out digit, and the headline's average precision and false alarms."""
    of_digit = f"digit {digit}"
    with_scores = [row["details"].get("anomaly", {}).get("scores", {}) for row in rows]
    names = [name for scores in with_scores for name, sets in scores.items() if of_digit in sets]
    columns = [
        Column(label(name), at(f"anomaly/scores/{name}/{of_digit}/auroc"), score, HIGH) for name in dict.fromkeys(names)
    ]
    columns.append(Column("average precision", at("anomaly/average_precision"), score, HIGH))
    return [*columns, Column("FPR at 95 % TPR", at("anomaly/fpr95"), score, LOW)]


def denoising_columns(sigma: str) -> list[Column]:
    """What the model makes of noisy images, at one level of noise."""
    level = f"denoising/levels/{sigma}/model"
    return [
        Column("PSNR (dB)", at(f"{level}/psnr_db"), measured, HIGH),
        Column("SSIM", at(f"{level}/ssim"), score, HIGH),
    ]


def without_model(group: Sequence[Row], sigma: str) -> dict[str, Row]:
    """A median filter and the noisy image in the place of a model, on the images of a group of variants."""
    levels = [found for row in group if (found := at(f"denoising/levels/{sigma}")(row))]
    return {
        name: {"details": {"denoising": {"levels": {sigma: {"model": levels[0][kind]}}}}}
        for kind, name in (("median", "median filter"), ("noisy", "noisy image"))
        if levels
    }


def likelihoods(rows: Sequence[Row], digit: int) -> list[Table]:
    """A table for each kind of nats and data: different pixels are different data."""
    kinds = dict.fromkeys((found["data"], row["data"]) for row in rows if (found := row["details"].get("likelihood")))
    tables: list[Table] = []
    for pixels, mode in sorted(kinds, key=lambda kind: list(PIXELS).index(kind[0])):
        group = [row for row in rows if row["data"] == mode and at("likelihood/data")(row) == pixels]
        name = mode_name(mode, digit, of_pictures(group[0]))
        tables += table(group, LIKELIHOOD, caption=f"Nats of {PIXELS[pixels]}. {name}")
    return tables


def codecs(coded: Row | None) -> list[Table]:
    """Image codecs on the images of the variant that stands for all."""
    found = coded["details"]["compression"]["codecs"] if coded else []
    return table([{"key": one["codec"], **one} for one in found], CODECS, title="codec", cards=False)


def left_out_in_turn(left_out: Mapping[str, Any]) -> list[Table]:
    """AUROC of every score for each digit left out in turn, and its mean. left_out: of `content.left_out`."""
    scores: Mapping[str, Any] = next(iter(left_out.values()), {})
    rows = [
        {"key": label(name), "details": {digit: found[name]["auroc"]["value"] for digit, found in left_out.items()}}
        for name in scores
    ]
    columns = [Column(digit, at(digit), "{:.3f}".format) for digit in left_out]
    columns.append(Column("mean", lambda row: mean(row["details"].values()), "{:.3f}".format))
    return table(rows, columns, title="score", cards=False)
