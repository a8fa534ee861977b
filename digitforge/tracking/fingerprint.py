"""A hash of everything a stage depends on, read from dvc.yaml: it names a result before the result exists.

Checkpoints are kept under it, and MLflow runs are found again by it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from digitforge.settings.params import PARAMS_FILE, read_yaml

DVC_FILE = Path("dvc.yaml")


def look_up(content: dict[str, Any], path: str) -> Any:
    """The value at a dotted path of nested mappings."""
    for part in path.split("."):
        content = content[part]
    return content


def files_of(path: Path) -> list[Path]:
    """A file, or those in a folder that DVC sees: what Python keeps of modules it compiled is in .dvcignore."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def canonical(value: Any) -> str:
    """JSON in which equal values are equal text, as DVC compares them: 1 and 1.0, and mappings in any order."""
    numbers = json.loads(json.dumps(value), parse_int=float)
    return json.dumps(numbers, sort_keys=True)


def fingerprint(stage: str, key: str | None = None) -> str:
    """SHA-256 over the dependencies and parameters of `stage` (of `stage@key` for a foreach stage).

    Only what dvc.yaml uses is understood: in foreach stages `${key}` and `${item.NAME}` over a mapping of params.yaml,
    `${item}` over a list.
    """
    params = read_yaml(PARAMS_FILE)
    definition = read_yaml(DVC_FILE)["stages"][stage]
    fields = {}
    if key is not None:
        rows = look_up(params, definition["foreach"].removeprefix("${").removesuffix("}"))
        definition = definition["do"]
        fields = {"key": key, "item": key}
        if isinstance(rows, dict):
            fields |= {f"item.{name}": rows[key][name] for name in ("family", "data")}

    def resolve(text: str) -> str:
        for name, value in fields.items():
            text = text.replace("${" + name + "}", value)
        return text

    digest = hashlib.sha256(f"{stage}@{key}".encode())  # items of a list share every dependency
    for path in sorted(resolve(dep) for dep in definition["deps"]):
        digest.update(path.encode())
        for file in files_of(Path(path)):
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    for path in sorted(resolve(param) for param in definition["params"]):
        digest.update(f"{path}={canonical(look_up(params, path))}".encode())
    return digest.hexdigest()
