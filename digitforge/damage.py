"""Damaged files of the pipeline: how they are found, and what can be done, which depends on DVC's copies."""

import shlex
from pathlib import Path
from typing import Any

from digitforge.errors import UserError
from digitforge.settings.outputs import copies_of, digest, inputs, is_sound, last_run


def check(stage: str) -> None:
    """Raise UserError for an input of a stage that isn't what another stage wrote."""
    verify(*inputs(stage))


def verify(*paths: Path, root: Path = Path()) -> None:
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
                kept = f"; `dvc commit -f {name}` keeps what was changed on purpose" if "is sound" in again else ""
                raise UserError(f"{root / place}: not what `{name}` wrote, by dvc.lock; {again}{kept}")


def cure(path: Path, root: Path, command: str) -> str:
    """The command that brings back a file or folder of the project, which `command` makes.

    DVC links a damaged copy in its cache back whatever is run, until the copy is deleted. A sound one is all it takes.
    """
    place = path.relative_to(root) if path.is_relative_to(root) else path
    there = "" if root.resolve() == Path.cwd() else f"cd {shlex.quote(str(root.resolve()))} && "
    found = output_of(place, root)
    if found:
        copies = [*dict.fromkeys(copies_of(found, root))]
        damaged = [copy for copy in copies if copy.exists() and not is_sound(copy)]
        if damaged:
            names = " ".join(copy.relative_to(root).as_posix() for copy in damaged)
            again = f"`{there}rm -f {names} && {command}` makes it anew"
            return f"so is DVC's copy, which it would bring back: {again}"
        if all(copy.exists() for copy in copies):
            again = f"`{there}rm -rf {found['path']} && dvc checkout {found['path']}` brings it back"
            return f"DVC's copy is sound: {again}"
    return f"`{there}{command}` makes it anew"


def output_of(place: Path, root: Path) -> dict[str, Any] | None:
    """The output in dvc.lock that a path is, or is in."""
    names = {one.as_posix() for one in (place, *place.parents)}
    for stage in last_run(root).values():
        for out in stage["outs"]:
            if out["path"] in names and "md5" in out:
                return dict(out)
    return None
