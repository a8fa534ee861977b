"""Stage `download`: fetch a data set as four IDX files, or fall back on the stand-in when that is allowed."""

import logging

from stages.data.places import IdxFiles, Unavailable, check, from_scikit_learn, places
from stages.pipeline import files
from stages.pipeline.errors import UserError, user_errors
from stages.pipeline.params import Data, load_params


def fetch(data: Data) -> tuple[IdxFiles, list[str]]:
    """Ask every place in order -> (the four files or {}, why each place before it failed)."""
    failures = []
    cache = files.scratch() / "download" / data.source
    mirrors = data.mirrors.get(data.source, [])
    for place, get in places(data.source, mirrors, cache, files.main_repository()):
        try:
            found = get()
            check(found)
        except (Unavailable, ValueError, OSError) as reason:
            failures.append(f"{place}: {reason}")
            continue
        print(f"{data.source}: found at {place}, SHA-256 checked")
        return found, failures
    return {}, failures


def by_hand(source: str) -> str:
    """How to place the files by hand."""
    if source == "mnist":
        return "put the four .gz files in a folder and set DIGITFORGE_MNIST to it, or set data.offline: digits"
    return f"put the four .gz files in data/{source}'s torchvision folder, or set data.offline: digits"


def main() -> None:
    """Write artifacts/data/raw: the four IDX files and source.json."""
    data = load_params().data
    logging.getLogger("pooch").setLevel(logging.WARNING)
    name = data.source
    found, failures = ({}, []) if name == "digits" else fetch(data)
    if not found and name != "digits":
        asked = "; ".join(failures) or "no place to ask: data.mirrors has none"
        if data.offline == "fail":
            raise UserError(f"data.source {name}: no place has it. Asked: {asked}. To mend it, {by_hand(name)}")
        print(f"WARNING: {name} could not be had ({asked}).")
        print(f"WARNING: going on with scikit-learn's 1,797 digits instead of {name}; no number below is {name}'s.")
        print("WARNING: once a place answers, `dvc repro -f download && dvc repro` brings the real data in.")
        name = "digits"
    if name == "digits":
        found = from_scikit_learn()
    for file, content in found.items():
        with files.atomic(files.RAW / file) as partial:
            partial.write_bytes(content)
    files.write_json(
        files.RAW / "source.json",
        {"source": name, "stand_in_for": data.source if name != data.source else None},
    )


if __name__ == "__main__":
    with user_errors():
        main()
