"""Tables of what the verifiers accept. judge: of stage `judge`."""

from collections.abc import Mapping
from typing import Any

from digitforge.report.numbers import label
from digitforge.report.tables import Column, Table, at, table


def share(title: str, path: str) -> Column:
    """A share at its place, in percent."""
    return Column(f"{title} (%)", at(path), lambda found: f"{100 * found:.1f}")


KINDS = (
    Column("learnt", at("known"), lambda known: "yes" if known else "no", left=True),
    share("plain accepts", "plain"),
    share("strict accepts", "strict"),
    Column("AUROC", at("auroc"), "{:.3f}".format),
    share("not learnt, accepted", "left_out"),
    share("strict, thresholded", "binary/strict"),
)
JUDGES = (share("strict", "strict"), share("control", "control"))


def nondigits(judge: Mapping[str, Any]) -> list[Table]:
    """Shares of each kind of non-digit that the verifiers accept."""
    rows = [{"key": label(name), "details": found} for name, found in judge["kinds"].items()]
    return table(rows, KINDS, title="kind", cards=False)


def control(judge: Mapping[str, Any]) -> list[Table]:
    """Shares of every variant's samples that the strict verifier and its control recognise."""
    return table([{"key": key, "details": found} for key, found in judge["variants"].items()], JUDGES)
