"""Tables of likelihoods: one for each kind of nats."""

from collections.abc import Mapping, Sequence
from typing import Any

from digitforge.metrics.catalogue import metric
from digitforge.report.numbers import measured
from digitforge.report.tables import Column, Described, Table, at, mode_name, of_metric, of_pictures, table

PIXELS = {
    "dynamic": "dynamically binarised pixels",
    "threshold": "thresholded pixels",
    "grey": "grey pixels, which compare with nothing else",
    "density": "a density of grey pixels, which compare with nothing else either",
}
INFORMATION, UNITS = metric("likelihood.mutual_information_nats"), metric("likelihood.active_units")
KIND_OF_PIXELS = metric("likelihood.data")


def bound(key: str, sign: str) -> Column:
    """A number of the likelihood, after `sign` where it is only a bound: mutual information is at its ceiling there."""
    plain, ceiling = of_metric(key, metric(key).label, contest=False), at(INFORMATION.companion_path)

    def find(row: Described) -> Any:
        found, known = plain.find(row), INFORMATION.within(row["details"])
        if found is None or known is None:
            return found
        return {**found, "sign": f"{sign} " if ceiling(row) - known["value"] < 0.5 else ""}

    return plain._replace(find=find, write=signed)


def signed(found: Mapping[str, Any]) -> str:
    """`measured`, with a sign before it."""
    return found.get("sign", "") + measured({name: found[name] for name in ("value", "ci95")})


def units(row: Described) -> str | None:
    """Active units of the code, of all that there are."""
    found = UNITS.within(row["details"])
    return None if found is None else f"{found} of {at(UNITS.companion_path)(row)}"


LIKELIHOOD = (  # under a caption that says nats
    of_metric("likelihood.nll_nats", "NLL"),
    of_metric("likelihood.elbo_nats", "ELBO"),
    of_metric("likelihood.bits_per_dimension"),
    of_metric("likelihood.reconstruction_nats", "reconstruction", contest=False),
    of_metric("likelihood.kl_nats", "KL"),
    bound("likelihood.mutual_information_nats", "≥"),
    bound("likelihood.marginal_kl_nats", "≤"),
    of_metric(UNITS.key, contest=False)._replace(find=units),
)


def likelihoods(rows: Sequence[Described], missing: str) -> list[Table]:
    """A table for each kind of nats and data: different pixels are different data."""
    kinds = dict.fromkeys((found["data"], row["data"]) for row in rows if (found := row["details"].get("likelihood")))
    tables: list[Table] = []
    for pixels, mode in sorted(kinds, key=lambda kind: list(PIXELS).index(kind[0])):
        group = [row for row in rows if row["data"] == mode and KIND_OF_PIXELS.within(row["details"]) == pixels]
        name = mode_name(mode, missing, of_pictures(group[0]))
        tables += table(group, LIKELIHOOD, caption=f"Nats of {PIXELS[pixels]}. {name}")
    return tables
