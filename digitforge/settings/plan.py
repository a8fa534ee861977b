"""What will run again after an edit, and why: the present recipes against those of the last run, in dvc.lock."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.settings.outputs import copy_of, last_run
from digitforge.settings.recipe import Recipe, path_of
from digitforge.wording import redacted

NEW = "not run yet"
MOST_NAMES = 3  # stages of one kind that a line names


def recipe_md5(name: str, recipe: Recipe, last: Mapping[str, Any]) -> str | None:
    """The md5 of the recipe that a stage last ran by; None for a stage that dvc.lock doesn't know."""
    path = path_of(recipe.stage, recipe.key).as_posix()
    found = [dep.get("md5") for dep in last.get(name, {}).get("deps", []) if dep["path"] == path]
    return found[0] if found else None


def before(recipe: Recipe, md5: str, root: Path) -> Recipe | None:
    """The recipe of the last run, out of DVC's cache; None where the cache hasn't got it, or has a damaged one."""
    try:
        return Recipe.parse(recipe.stage, recipe.key, files.read_json(copy_of(md5, root)))
    except (*files.DAMAGED, TypeError, AttributeError):
        return None


def edits(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """What differs between nested settings, a line each; what is new or gone as a whole has one line."""
    for name in sorted(old.keys() | new.keys()):
        path = f"{prefix}{name}"
        if name not in old or name not in new:
            yield f"{path} is {'new' if name in new else 'gone'}"
        elif isinstance(old[name], Mapping) and isinstance(new[name], Mapping):
            yield from edits(old[name], new[name], "" if path == "variant" else f"{path}.")
        elif old[name] != new[name]:
            yield redacted(f"{path} {old[name]} -> {new[name]}")


def reasons(old: Recipe, new: Recipe) -> Iterator[str]:
    """What differs between two recipes of a stage, a line a setting and a line a file."""
    yield from edits(old.settings, new.settings)
    for path in sorted(old.code.keys() | new.code.keys()):
        if path not in old.code:
            yield f"{path} is new in it"
        elif path not in new.code:
            yield f"{path} is no longer in it"
        elif old.code[path] != new.code[path]:
            yield f"{path} was edited"


def changes(recipes: Mapping[str, Recipe], last: Mapping[str, Any], root: Path) -> dict[str, list[str]]:
    """{stage@key: why it will run again}, of the stages whose recipe differs from that of their last run.

    recipes: {stage@key: recipe}, as DVC names the stages.
    """
    found: dict[str, list[str]] = {}
    for name, recipe in recipes.items():
        md5 = recipe_md5(name, recipe, last)
        if md5 is None:
            found[name] = [NEW]
        elif md5 != files.md5(files.as_json(recipe.to_json())):
            old = before(recipe, md5, root)
            found[name] = list(reasons(old, recipe)) if old else ["its recipe changed"]
    return found


def followers(names: Iterable[str], last: Mapping[str, Any]) -> list[str]:
    """The stages that depend on these, directly or through others, in the order of dvc.lock."""
    reads = {name: [dep["path"] for dep in entry["deps"]] for name, entry in last.items()}
    writes = {name: [out["path"] for out in entry["outs"]] for name, entry in last.items()}
    found, new = set(), set(names)
    while new:
        paths = [path for name in new for path in writes.get(name, [])]
        found |= new
        new = {name for name, deps in reads.items() if any(overlap(a, b) for a in deps for b in paths)} - found
    return [name for name in last if name in found - set(names)]


def overlap(a: str, b: str) -> bool:
    """Whether one of two paths is the other, or lies in it."""
    return a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/")


def named(names: list[str]) -> str:
    """Names of stages, many of one kind together: "train of 4 (a, b, c, ...)"."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(name.split("@")[0], []).append(name)
    return ", ".join(
        ", ".join(of_kind)
        if len(of_kind) <= MOST_NAMES
        else f"{kind} of {len(of_kind)} ({', '.join(name.split('@')[1] for name in of_kind[:MOST_NAMES])}, ...)"
        for kind, of_kind in kinds.items()
    )


def plan(recipes: Mapping[str, Recipe], root: Path = Path()) -> Iterator[str]:
    """Lines that say which stages will run again and why, what follows from them, and what is no longer asked for."""
    last = last_run(root)
    found = changes(recipes, last, root)
    grouped: dict[str, list[str]] = {}
    for name, why in found.items():
        for reason in why:
            grouped.setdefault(reason, []).append(name)
    new = grouped.pop(NEW, [])
    yield from (f"{named(names)}: {reason}" for reason, names in grouped.items())
    if new:
        yield f"{NEW}: {named(new)}"
    after = followers(found, last)
    if after:
        yield f"then, if results change: {named(after)}"
    if not found:
        yield "every stage's recipe is that of its last run"
    gone = last.keys() - recipes.keys() - {"recipes"}
    if gone:
        yield f"no longer in params.yaml: {named(sorted(gone))}; `make tidy` deletes what they left"
