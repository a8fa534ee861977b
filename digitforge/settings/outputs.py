"""What DVC knows of the pipeline's files: dvc.lock, digests, and the copies in its cache."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from digitforge import files

LOCK = Path("dvc.lock")
CACHE = Path(".dvc/cache/files/md5")
IGNORED = ("__pycache__", ".partial-")  # beginnings of names that .dvcignore leaves out

Entries = dict[str, dict[str, list[dict[str, Any]]]]


def last_run(root: Path = Path()) -> Entries:
    """What dvc.lock says of every stage: {stage@key: {"deps": [...], "outs": [...]}}; nothing of a damaged one.

    DVC itself says what is wrong with a damaged file. While another `dvc` writes it, only its first lines are there:
    what they say is true.
    """
    try:
        written, _, _ = (root / LOCK).read_text(encoding="utf-8").rpartition("\n")
        return entries(written)
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}


@lru_cache(maxsize=1)
def entries(lock: str) -> Entries:
    """The stages of a dvc.lock, by its text; several are asked for after one another, and reading it takes a while."""
    found = YAML(typ="safe").load(lock)
    stages = found.get("stages") if isinstance(found, dict) else None
    if not isinstance(stages, dict):
        return {}
    return {
        name: {kind: [one for one in entry.get(kind) or [] if "path" in one] for kind in ("deps", "outs")}
        for name, entry in stages.items()
        if isinstance(entry, dict)
    }


def inputs(stage: str, root: Path = Path()) -> list[Path]:
    """What a stage reads: as at its last run, or by dvc.yaml, where a name that depends on its key stands for all."""
    if stage in (last := last_run(root)):
        return [Path(dep["path"]) for dep in last[stage]["deps"]]
    stages = YAML(typ="safe").load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    definition = stages.get(stage.partition("@")[0], {})
    return [Path(dep.partition("${")[0]) for dep in definition.get("do", definition).get("deps", [])]


def md5(path: Path) -> str:
    """The digest by which DVC knows a file's content."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()


def digest(path: Path) -> str:
    """The digest by which DVC knows a file, or a folder by the list of its files."""
    if path.is_file():
        return md5(path)
    places = sorted(
        place.relative_to(path).as_posix()
        for place in path.rglob("*")
        if place.is_file() and not any(part.startswith(IGNORED) for part in place.relative_to(path).parts)
    )
    listed = [{"md5": md5(path / place), "relpath": place} for place in places]
    return f"{files.md5(json.dumps(listed, sort_keys=True))}.dir"


def copy_of(found: str, root: Path = Path()) -> Path:
    """Where DVC's cache has the content of a digest."""
    return root / CACHE / found[:2] / found[2:]


def is_sound(copy: Path) -> bool:
    """Whether a copy is there and has the content that its name says."""
    return copy.is_file() and md5(copy) == copy.parent.name + copy.name.split(".")[0]


def copies_of(output: Mapping[str, Any], root: Path = Path()) -> Iterator[Path]:
    """The places in DVC's cache of an output: of a folder its list and, if that is sound, every file that it names."""
    whole = copy_of(output["md5"], root)
    yield whole
    if output["md5"].endswith(".dir") and is_sound(whole):
        yield from (copy_of(entry["md5"], root) for entry in json.loads(whole.read_text(encoding="utf-8")))
