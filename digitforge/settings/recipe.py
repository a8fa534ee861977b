"""A recipe, which stage `recipes` writes: all that decides a stage's result, except its data."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitforge import files
from digitforge.errors import UserError

RECIPES = Path("artifacts/recipes")


def look_up(content: Any, path: str) -> Any:
    """The value at a dotted path of nested mappings; raises KeyError with the path for one that isn't there."""
    for part in path.split("."):
        if not isinstance(content, dict) or part not in content:
            raise KeyError(path)
        content = content[part]
    return content


@dataclass(frozen=True)
class Recipe:
    """The settings that a stage uses, resolved, and the code that it runs, {file: hash}.

    stage, key: `stage@key` of dvc.yaml; no key for a stage that runs once.
    """

    stage: str
    key: str | None
    settings: dict[str, Any]
    code: dict[str, str]

    @classmethod
    def read(cls, stage: str, key: str | None = None, root: Path = Path()) -> "Recipe":
        """The recipe of `stage@key`; an unknown key raises UserError, which lists those that exist."""
        path = root / path_of(stage, key)
        if not path.exists():
            keys = sorted(other.stem for other in path.parent.glob("*.json"))
            accepted = ", ".join(keys) if key and keys else f"a project where `dvc repro recipes` has made {path}"
            raise UserError(f"{stage}: received {key!r}; accepted: {accepted}")
        try:
            return cls.parse(stage, key, files.read_json(path))
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{path}: received no recipe; `dvc repro -f -s recipes` makes it anew") from None

    @classmethod
    def parse(cls, stage: str, key: str | None, content: dict[str, Any]) -> "Recipe":
        """The recipe of `stage@key` from its JSON, of `to_json`."""
        return cls(stage, key, content["settings"], content["code"])

    def __getitem__(self, path: str) -> Any:
        """The setting at a dotted path, one of the stage's SETTINGS or below it: plain JSON data."""
        try:
            return look_up(self.settings, path)
        except KeyError:
            accepted = f"what SETTINGS name in stages/{self.stage}.py"
            raise UserError(f"{self.name}: received the setting {path!r}; accepted: {accepted}") from None

    @property
    def name(self) -> str:
        """`stage@key`, as DVC names it."""
        return f"{self.stage}@{self.key}" if self.key else self.stage

    def to_json(self) -> dict[str, Any]:
        """What `read` reads."""
        return {"settings": self.settings, "code": self.code}

    def fingerprint(self, data: Path) -> str:
        """SHA-256 of the recipe and of a data file: it names a training's result before there is one."""
        found = hashlib.sha256(self.name.encode())
        found.update(files.as_json(self.to_json()).encode())
        found.update(files.sha256(data).encode())
        return found.hexdigest()


def path_of(stage: str, key: str | None) -> Path:
    """Where the recipe of `stage@key` lies, relative to the project."""
    return RECIPES / stage / f"{key}.json" if key else RECIPES / f"{stage}.json"
