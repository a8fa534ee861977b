"""What a study found: its best trials, the winner as a difference to params.yaml, and the plot of two metrics."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node

from digitforge import files
from digitforge.errors import UserError
from digitforge.settings.params import PARAMS_FILE, load_params, parse, read_yaml
from digitforge.settings.recipe import look_up
from digitforge.settings.tune import BUDGET, with_values
from digitforge.tuning.records import FAILED, Record, Records
from digitforge.tuning.study import Study

SHOWN = 10  # trials in the table


def rows(study: Study, records: Records) -> list[dict[str, Any]]:
    """The table of the best trials, and of the row as it stands in params.yaml."""
    found = records.finished[:SHOWN]
    if (own := records.committed) and own not in found:
        found.append(own)
    return [
        {
            "trial": f"{record.number}, as in {PARAMS_FILE}" if record is own else str(record.number),
            **{metric: record.shown(metric) for metric in study.metrics},
            **({} if "seconds" in study.metrics else {"seconds": record.shown("seconds")}),
            **{path.partition(".")[2] or path: json.dumps(value) for path, value in record.values.items()},
        }
        for record in found
    ]


def changes(study: Study, record: Record) -> dict[str, Any]:
    """{path: value} of what a trial's row has otherwise than params.yaml, its steps included."""
    found = {**record.values, BUDGET: int(record.last[BUDGET])}
    return {path: value for path, value in found.items() if value != look_up(study.row, path)}


def difference(study: Study, changed: Mapping[str, Any]) -> list[str]:
    """A line for each value that is another: `fit.learning_rate: 0.001 -> 0.0031`."""
    return [f"{path}: {json.dumps(look_up(study.row, path))} -> {json.dumps(new)}" for path, new in changed.items()]


def write(key: str, changed: Mapping[str, Any], path: Path = PARAMS_FILE) -> None:
    """Write values of a row into params.yaml, where only their own characters change.

    Raises UserError, and writes nothing, where the file can't be changed so: of an alias of YAML, say.
    """
    text = path.read_text(encoding="utf-8")
    root = YAML(typ="safe", pure=True).compose(text)
    places = {name: node_at(root, f"variants.{key}.{name}") for name in changed}
    for name, node in sorted(places.items(), key=lambda item: -item[1].start_mark.index):
        start, end = node.start_mark.index, node.end_mark.index
        while text[end - 1].isspace():  # a block ends where the next key starts
            end -= 1
        text = text[:start] + json.dumps(changed[name]) + text[end:]
    wanted = dict(read_yaml(path))
    wanted["variants"] = {**wanted["variants"], key: with_values(wanted["variants"][key], changed)}
    if YAML(typ="safe", pure=True).load(text) != wanted:
        raise UserError(f"{path}: variants.{key} is written in a way that can't be changed alone; edit it by hand")
    parse(wanted, str(path))
    files.write_text(path, text)


def node_at(node: Node, path: str) -> Node:
    """The node of a value at a dotted path of a composed YAML file."""
    for part in path.split("."):
        found = [value for name, value in node.value if name.value == part] if isinstance(node, MappingNode) else []
        if not found:
            raise UserError(f"{PARAMS_FILE}: {path}: not written there itself; edit it by hand")
        node = found[0]
    return node


def plot(study: Study, records: Records) -> Path:
    """The finished trials by two metrics, with those that none beats joined, as a picture in the study's folder."""
    from digitforge.report.figures import style

    first, second = study.metrics
    figure, axis = style.plt.subplots(figsize=(7, 4.5))
    axis.plot([r.last[second] for r in records.finished], [r.last[first] for r in records.finished], "o", alpha=0.4)
    front = records.front
    axis.plot([r.last[second] for r in front], [r.last[first] for r in front], "o-", label="no trial is better in both")
    for record in front:
        axis.annotate(str(record.number), (record.last[second], record.last[first]), (4, 4), textcoords="offset points")
    if own := records.committed:
        axis.plot(own.last[second], own.last[first], "D", label=f"as in {PARAMS_FILE}")
    axis.set(xlabel=second, ylabel=first, title=f"{study.key}: trials on held-out training images")
    axis.legend()
    path = study.folder / "pareto.png"
    style.save(figure, path)
    return path


def failures(records: Records) -> list[str]:
    """A line for each trial that failed."""
    return [f"trial {one.number} failed: {one.why}" for one in records.ended if one.status == FAILED]


def still_there(study: Study) -> None:
    """Raise UserError if the row was edited while its study ran."""
    if load_params().model_dump(mode="json")["variants"].get(study.key) != study.row:
        raise UserError(f"{PARAMS_FILE}: variants.{study.key}: edited since the study began; run it again to write")
