"""What can be done about a damaged file of the pipeline: it depends on whether DVC's copy is damaged too."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.errors import UserError
from digitforge.settings.plan import CACHE, last_run


def check(*paths: Path, root: Path = Path()) -> None:
    """Raise UserError for an output of the last run, at one of these paths or below, that isn't what its stage wrote.

    It names the command that mends it. DVC trusts its copies, and weights, IDX and JSON files have no checksums of
    their own, as npz files have. What dvc.lock doesn't know, or what isn't there, passes.
    """
    for name, stage in last_run(root).items():
        for out in stage["outs"]:
            place = Path(out["path"])
            asked = any(place.is_relative_to(path) for path in paths)
            if asked and (root / place).exists() and "md5" in out and digest(root / place) != out["md5"]:
                again = cure(root / place, root, f"dvc repro -f -s {name}")
                raise UserError(f"{place}: not what `{name}` wrote; {again}")


def cure(path: Path, root: Path, command: str) -> str:
    """The command that brings back a file or folder of the project, which `command` makes.

    DVC links a damaged copy in its cache back whatever is run, until the copy is deleted. A sound one is all it takes.
    """
    place = path.relative_to(root) if path.is_relative_to(root) else path
    found = output_of(place, root)
    if not found:
        return f"`{command}` makes it anew"
    copies = list(copies_of(found, root))
    damaged = [copy for copy in copies if copy.exists() and md5(copy) != copy.parent.name + copy.name.split(".")[0]]
    if damaged:
        names = " ".join(str(copy.relative_to(root)) for copy in damaged)
        return f"so is DVC's copy, which it would bring back: `rm -f {names} && {command}` makes it anew"
    if copies and all(copy.exists() for copy in copies):
        return f"DVC's copy is sound: `rm -rf {found['path']} && dvc checkout {found['path']}` brings it back"
    return f"`{command}` makes it anew"


def output_of(place: Path, root: Path) -> dict[str, Any] | None:
    """The output in dvc.lock that a path is, or is in."""
    names = {one.as_posix() for one in (place, *place.parents)}
    for stage in last_run(root).values():
        for out in stage["outs"]:
            if out.get("path") in names and "md5" in out:
                return dict(out)
    return None


def copies_of(output: dict[str, Any], root: Path) -> Iterator[Path]:
    """The objects in DVC's cache of an output: of a folder its list, and every file that the list names."""

    def kept(digest: str) -> Path:
        return root / CACHE / digest[:2] / digest[2:]

    whole = kept(output["md5"])
    yield whole
    if output["md5"].endswith(".dir") and whole.exists():
        try:
            listed = json.loads(whole.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        yield from (kept(str(entry["md5"])) for entry in listed)


def md5(path: Path) -> str:
    """The digest by which DVC knows a file's content."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()


def digest(path: Path) -> str:
    """The digest by which DVC knows a file, or a folder by the list of its files."""
    if path.is_file():
        return md5(path)
    places = sorted(place.relative_to(path).as_posix() for place in path.rglob("*") if place.is_file())
    listed = [{"md5": md5(path / place), "relpath": place} for place in places]
    return f"{files.md5(json.dumps(listed, sort_keys=True))}.dir"
