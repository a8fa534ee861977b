"""The rows under `verifiers` in params.yaml: the networks that judge every image."""

from typing import Annotated, Literal

from pydantic import Field

from digitforge.data.nondigits.kinds import KINDS
from digitforge.schema import Schema
from digitforge.settings.fit import Fit
from digitforge.settings.judges import NAMES


class Nondigits(Schema):
    """Images that a verifier learns to refuse: `per_digit` for each training digit, as many of each of the kinds."""

    per_digit: Annotated[float, Field(gt=0, le=10)]
    kinds: Annotated[list[Literal[tuple(KINDS)]], Field(min_length=1)]  # type: ignore[valid-type]


class PlainVerifier(Schema):
    """Ten answers, as the literature has it."""

    fit: Fit


class StrictVerifier(Schema):
    """An eleventh answer, "no digit"."""

    nondigits: Nondigits
    fit: Fit


class Verifiers(Schema):
    """`strict` decides what is recognised. `control` has another seed and other kinds: do both rank variants alike?"""

    plain: PlainVerifier
    strict: StrictVerifier
    control: StrictVerifier


assert tuple(Verifiers.model_fields) == NAMES
