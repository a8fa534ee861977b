"""Checks of params.yaml that look at this machine, and at images of one's own while they are there.

Only stage `recipes` makes them.
"""

from digitforge.data import own
from digitforge.data.mapped import memory
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError
from digitforge.settings.memory import estimate, samples, verifier
from digitforge.settings.params import PARAMS_FILE, Params
from digitforge.settings.recipe import look_up
from digitforge.wording import shown

LEAST = 6  # test images that a variant needs: each is compared with its five nearest others


def check_memory(params: Params) -> None:
    """Raise UserError, naming the key, if something is too large for this machine's memory."""
    total, content = memory(), params.model_dump(mode="json")
    parts = {
        f"variants.{key}.": estimate(content["variants"][key], row.data.channel_count)
        for key, row in params.variants.items()
    }
    parts["leave_one_out."] = estimate(content["leave_one_out"], 1)
    parts |= {"": samples(content)} | {f"verifiers.{key}.": verifier(row) for key, row in content["verifiers"].items()}
    for path, found in parts.items():
        if found.total() > total:
            key = path + found.most_common(1)[0][0]
            needed = f"where this takes about {found.total() / 1e9:,.0f} GB"
            accepted = f"what fits into the {total / 1e9:,.0f} GB of this machine, {needed}"
            received = shown(look_up(content, key))
            raise UserError(f"{PARAMS_FILE}: {key}: received {received}; accepted: {accepted}")


def check_source(params: Params) -> None:
    """Raise UserError if the classes of one's own images don't suit `data.missing_digit`.

    Where the images are gone nothing is asked of them: all but stage `download` can do without.
    """
    place = own.place_of(params.data.source)
    if params.data.source in SOURCES or not own.is_there(place):
        return
    leaving_out = [key for key, variant in params.variants.items() if not variant.data.complete]
    digit, counts = params.data.missing_digit, own.test_counts(place)
    names = list(counts)
    where = f"{PARAMS_FILE}: data.missing_digit: received {digit}"
    if len(names) == 1 and digit == 0:
        raise UserError(f"{where}, the only class, {names[0]}; accepted: 1 to 9, to leave nothing out")
    if not leaving_out:
        return
    if digit >= len(names) or len(names) < 2:
        accepted = f"0 to {len(names) - 1}, for the classes {', '.join(names)}" if len(names) > 1 else "no such variant"
        raise UserError(f"{where}, which variants.{leaving_out[0]} leaves out; accepted: {accepted}")
    tested = sum(counts.values()) - counts[names[digit]]
    if tested < LEAST:
        raise UserError(
            f"{where}, without which {tested} test images are left; accepted: a class that leaves {LEAST} to test with"
        )
