"""What the first page of the report compares: who is best at what, and a table for each question."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from digitforge.data.modes import Mode
from digitforge.data.raw import DIGITS
from digitforge.report import judging, questions, seeds
from digitforge.report.nats import KIND_OF_PIXELS, likelihoods
from digitforge.report.questions import of_stacks
from digitforge.report.tables import (
    Cell,
    Column,
    Described,
    Head,
    Table,
    at,
    best,
    cell,
    grouped,
    name_of,
    of_metric,
    overlap,
    table,
)

Rows = Sequence[Described]


class Question(NamedTuple):
    """What every kind of model is asked, and which variants count."""

    column: Column
    counts: Callable[[Described], bool]


READ_RIGHT, RECOGNISED = of_metric("reconstruction.right"), of_metric("samples.recognised")
RECALL, COVERAGE = of_metric("samples.recall"), of_metric("samples.coverage_prdc")
NLL, DIVERGENCE = of_metric("likelihood.nll_nats"), of_metric("samples.kl_nats")
AUROC, DENOISED = of_metric("anomaly.auroc"), of_metric("denoising.psnr_db")


def of_digits(row: Described) -> bool:
    """Whether a variant is a model of all ten single digits, or of all classes of pictures."""
    return row["data"].complete and not row["stacked"]


def nats_of(pixels: str) -> Callable[[Described], bool]:
    """Whether a variant is a model of all ten single digits with a likelihood of such pixels."""
    return lambda row: of_digits(row) and KIND_OF_PIXELS.within(row["details"]) == pixels


def anything(row: Described) -> bool:
    """Every variant counts."""
    return True


def questions_of(rows: Rows, missing: str, sigma: str) -> list[Question]:
    """The questions of the summary, in its order."""
    stacks = questions.stacked(rows)
    denoised = DENOISED.within(f"denoising/levels/{sigma}/model")

    def of_many(row: Described) -> bool:
        return row in stacks

    asked = [
        ("Reconstructions read right", READ_RIGHT, of_digits),
        ("Samples recognised", RECOGNISED, of_digits),
        ("Variety of samples: recall", RECALL, of_digits),
        ("Variety of samples: coverage", COVERAGE, of_digits),
        ("NLL, dynamic binarisation (nats)", NLL, nats_of("dynamic")),
        ("NLL, thresholded (nats)", NLL, nats_of("threshold")),
        (f"Finding the unseen {missing} by its code (AUROC)", AUROC, anything),
        (f"Denoising at deviation {sigma} (PSNR, dB)", denoised, of_digits),
        ("Stacks: reconstructions right", of_stacks(READ_RIGHT), of_many),
        ("Stacks: samples recognised", of_stacks(RECOGNISED), of_many),
        ("Stacks: class divergence (nats)", of_stacks(DIVERGENCE), of_many),
    ]
    return [Question(column._replace(title=title), counts) for title, column, counts in asked]


def summary(rows: Rows, missing: str, sigma: str) -> list[Table]:
    """The best variant of each kind at each question, with its interval; both over all seeds where it has several.

    In bold is the best of all, and each whose interval overlaps its.
    """
    rows = [seeds.averaged(row) for row in rows]
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    lines = []
    for column, counts in questions_of(rows, missing, sigma):
        asked = [row for row in rows if counts(row)]
        winner = best(asked, column)
        if winner is None:
            continue
        found = [best([row for row in asked if row["kind"] == kind], column) for kind in kinds]
        lines.append([Cell(column.title), *(contender(one, winner, column) for one in found)])
    return [Table([Head("question"), *(Head(f"best {kind}") for kind in kinds)], lines)]


def contender(row: Described | None, winner: Described, column: Column) -> Cell:
    """What the summary says of the best of a kind: in bold if its interval overlaps that of the best of all."""
    if row is None:
        return Cell("–")
    found = cell(row, column)
    text = f"{found.text}, {len(row['several']['seeds'])} seeds" if row["several"] else found.text
    return found._replace(text=text, key=row["key"], bold=overlap(column.find(row), column.find(winner)))


def others(peers: Mapping[str, Any], rows: Rows) -> Callable[[Mode, Rows], dict[str, Described]]:
    """Samples of other libraries, for tables of the data mode that a peer names, or else of all single digits."""
    usual = next((row["data"] for row in rows if of_digits(row)), None)

    def beside(mode: Mode, group: Rows) -> dict[str, Described]:
        return {
            name: {"key": name, "data": mode, "details": {"samples": found}}
            for name, found in peers.items()
            if found.get("data", str(usual)) == str(mode)
        }

    return beside


def tables(
    rows: Rows,
    peers: Mapping[str, Any],
    judge: Mapping[str, Any],
    left_out: Mapping[str, Any],
    coded: Described | None,
    digit: int,
    sigma: str,
    names: Sequence[str] = DIGITS,
) -> dict[str, list[Table]]:
    """Every table of the page, by the name that the template has for it; [] where no variant has the numbers.

    judge: of stage `judge`; left_out: of `content.left_out`; coded: the variant whose image codecs stand for all;
    digit: the class that is left out; names: of all classes.
    """
    beside = others(peers, rows)
    missing = name_of(digit, names)

    def with_real(mode: Mode, group: Rows) -> dict[str, Described]:
        real = group[0]["details"]["samples"]["real"]
        return {**beside(mode, group), "real": {"key": "real", "data": mode, "details": {"samples": real}}}

    def unaided(mode: Mode, group: Rows) -> dict[str, Described]:
        return questions.without_model(group, sigma)

    resampled = [row for row in rows if at("samples/baseline")(row)]
    incomplete = [row for row in rows if AUROC.find(row)]
    return {
        "summary": summary(rows, missing, sigma),
        "seeds": seeds.compared(rows),
        "models": table(rows, questions.MODELS),
        "comparison": table(rows, questions.COMPARISON),
        "reconstruction": grouped(rows, questions.RECONSTRUCTION, missing),
        "read": grouped(rows, questions.READ, missing, with_real),
        "spread": grouped(rows, questions.SPREAD, missing, with_real),
        "judge": judging.nondigits(judge),
        "control": judging.control(judge),
        "samplers": table(resampled, questions.SAMPLERS),
        "copies": table(rows, questions.COPIES),
        "stacks": table(questions.stacked(rows), questions.STACKS),
        "likelihood": likelihoods(rows, missing),
        "anomalies": grouped(rows, questions.anomaly_columns(rows), missing),
        "left_out": table(incomplete, questions.left_out_columns(incomplete, digit)),
        "in_turn": questions.left_out_in_turn(left_out, names),
        "denoising": grouped(rows, questions.denoising_columns(sigma), missing, unaided),
        "compression": grouped(rows, questions.CODES, missing),
        "codecs": questions.codecs(coded),
    }
