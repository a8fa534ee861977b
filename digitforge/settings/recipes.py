"""Makes the recipes of all stages, and says what differs from those of the last run.

Constants in a stage's file say what its recipe holds. SETTINGS: dotted paths of params.yaml; `variant` stands for
`variants.KEY`, `verifier` for `verifiers.KEY`, `variants.*.data` for the values of all rows, and {channels} for that
part of the data mode. CODE, if any: modules that the stage imports by name, in which {variant.family}, say, stands for
that setting. WATCHERS, if any: packages and modules that only look on and decide nothing of its result.

Stage NAME_again runs stages/NAME.py for rows from other seeds: their recipes are those of NAME, with another `seed`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from digitforge.data.modes import MODES, Mode
from digitforge.errors import UserError
from digitforge.settings.code import Code, parsed
from digitforge.settings.params import Params
from digitforge.settings.recipe import Recipe, look_up
from digitforge.settings.seeds import kind

DVC_FILE = Path("dvc.yaml")
CONSTANTS = ("SETTINGS", "CODE", "WATCHERS")
BEGINNING = "digitforge.beginning"  # what every stage does first, and which decides no result
ROWS = ("variant", "verifier")  # what `variants` and `verifiers` have rows of


def declared(stage: str, root: Path) -> dict[str, tuple[str, ...]]:
    """The constants of a stage's file, read without running it; one that isn't there is empty."""
    path = root / "stages" / f"{stage}.py"
    if not path.exists():
        raise UserError(f"{DVC_FILE}: received the stage {stage}; accepted: names of files in stages/")
    found: dict[str, tuple[str, ...]] = dict.fromkeys(CONSTANTS, ())
    for node in parsed(path).body:
        name = getattr(node.targets[0], "id", "") if isinstance(node, ast.Assign) else ""
        if name in CONSTANTS:
            found[name] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    return found


def resolved(value: Any, params: Mapping[str, Any]) -> Any:
    """What DVC puts in the place of "${PATH}"; another value is itself."""
    return look_up(params, value.removeprefix("${").removesuffix("}")) if isinstance(value, str) else value


def instances(definition: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str | None, dict[str, Any]]:
    """{key: its place on each axis} of a stage of dvc.yaml by its `foreach` or `matrix`: None of one that runs once."""
    if "matrix" in definition:
        axes = {name: resolved(values, params) for name, values in definition["matrix"].items()}
        return {"-".join(map(str, place)): dict(zip(axes, place, strict=True)) for place in product(*axes.values())}
    if "foreach" in definition:
        return {str(key): {} for key in resolved(definition["foreach"], params)}
    return {None: {}}


def mode_of(params: dict[str, Any], key: str | None) -> Mode | None:
    """The data mode of a variant, or of the stage `stack`, by the key of its recipe; None for another stage's key."""
    name = params["variants"][key]["data"] if key in params["variants"] else key
    return next((mode for mode in MODES if str(mode) == name), None)


def setting(params: dict[str, Any], path: str, key: str | None) -> tuple[str, Any]:
    """The name that a path has in the recipe of `key`, and its value."""
    mode = mode_of(params, key)
    if mode:
        path = path.replace("{channels}", mode.channels)
    if path == "data.missing_digit" and mode and mode.complete:
        return path, None  # no digit is left out, whichever it is elsewhere
    section = path.split(".")[0]
    if section in ROWS:
        return path, look_up(params, path.replace(section, f"{section}s.{key}", 1))
    before, star, after = path.partition(".*.")
    if star:
        return path.replace(".*", ""), sorted({look_up(row, after) for row in look_up(params, before).values()})
    return path, look_up(params, path)


def put(content: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path of nested mappings."""
    *parents, name = path.split(".")
    for parent in parents:
        content = content.setdefault(parent, {})
    content[name] = value


def filled(module: str, settings: dict[str, Any]) -> str:
    """A module's name with settings in the place of {PATH}: "digitforge.models.{variant.family}"."""
    return re.sub(r"{(.*)}", lambda found: look_up(settings, found[1]), module)


def make(params: Params, root: Path = Path()) -> Iterator[tuple[str, Recipe]]:
    """DVC's name and the recipe of all stages of dvc.yaml except `recipes` itself, in the order of the file."""
    code, dumped = Code(root), params.model_dump(mode="json")
    stages = YAML(typ="safe").load((root / DVC_FILE).read_text(encoding="utf-8"))["stages"]
    for name, definition in stages.items():
        if name == "recipes":
            continue
        stage = kind(name)
        constants = declared(stage, root)
        for key, place in instances(definition, dumped).items():
            row, seed = place.get("row", key), place.get("seed", dumped["seed"])
            settings: dict[str, Any] = {}
            try:
                for path in constants["SETTINGS"]:
                    put(settings, *setting(dumped | {"seed": seed}, path, row))
                modules = (f"stages.{stage}", *(filled(module, settings) for module in constants["CODE"]))
            except KeyError as error:
                raise UserError(f"stages/{stage}.py: received {error}; accepted: paths of params.yaml") from None
            found = code.closure(modules, (BEGINNING, *constants["WATCHERS"]))
            yield (f"{name}@{key}" if key else name), Recipe(stage, key, settings, found)
