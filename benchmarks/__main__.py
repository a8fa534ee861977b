"""python -m benchmarks speed | quality | stages | scale | photographs: measure, print it, renew README.md beside it.

`stages BUDGET` measures shorter trainings, so many times as long, as do `before REVISION BUDGET` the stages of an
earlier commit, to stand beside those of this one.
"""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from benchmarks.jobs import jobs
from benchmarks.machine import machine
from benchmarks.page import render, result_file
from benchmarks.turns import Contestant, interleave
from digitforge import files
from digitforge.errors import UserError, user_errors
from digitforge.runner.cluster import SECONDS

PEERS = Path(".venv-peers/bin/python")
ROUNDS = 5
SHOWN_IN = {"before": "stages"}  # the section of a measure that has none of its own
# job -> steps of a block: a second or two
CONTESTED = {"leave_one_out": 160, "ae_deep": 24, "vae_tril": 48, "vae_stacked": 32}


def python(module: str, *arguments: str, interpreter: str | Path = sys.executable) -> list[str]:
    """The command line of a module of this folder."""
    return [str(interpreter), "-m", f"benchmarks.{module}", *arguments]


def output(module: str, *arguments: str) -> Any:
    """Run a module; what it says goes to the terminal, what it prints is JSON."""
    found = subprocess.run(python(module, *arguments), stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        sys.exit(found.returncode)  # it has said why
    return json.loads(found.stdout)


def with_torch(facts: dict[str, Any]) -> dict[str, Any]:
    """The machine, and the PyTorch that others train with on it."""
    if not PEERS.exists():
        return facts
    script = "import torch, pythae; print(torch.__version__)"
    said = subprocess.run([PEERS, "-c", script], capture_output=True, text=True, check=True).stdout
    return facts | {"packages": facts["packages"] | {"torch": said.strip()}}


def plainly(job: dict[str, Any]) -> dict[str, Any]:
    """The job with plain Adam, as everybody has it: no schedule, no averaged weights."""
    return job | {"fit": job["fit"] | {"schedule": "constant", "ema": 0.0}}


def rivals(name: str, job: dict[str, Any]) -> dict[str, list[str]]:
    """Who trains the network, and by which command."""
    text = json.dumps(job)
    found = {
        "digitforge": python("engine", text),
        "digitforge, XLA": python("engine", json.dumps(job | {"jit_compile": True})),
        "Keras fit": python("keras_fit", text),
    }
    if PEERS.exists():
        found["PyTorch eager"] = python("torch_loop", "eager", text, interpreter=PEERS)
        found["PyTorch compile"] = python("torch_loop", "compile", text, interpreter=PEERS)
        if name == "leave_one_out":
            found["pythae"] = python("pythae_trainer", text, interpreter=PEERS)
    return found


def contest(name: str, job: dict[str, Any], ceiling: Contestant) -> dict[str, Any]:
    """Train one network by everybody, in turns."""
    contestants = []
    for label, command in rivals(name, job | {"steps": CONTESTED[name]}).items():
        print(f"{name}: starting {label}", flush=True)
        contestants.append(Contestant(label, command))
    weights = {rival.name: rival.facts["weights"] for rival in contestants}
    assert len(set(weights.values())) == 1, f"not the same network: {weights}"
    seconds = interleave([ceiling, *contestants], ROUNDS)
    for rival in contestants:
        rival.close()
    own, batch = contestants[0].facts, job["fit"]["batch"]
    return {
        "batch": batch,
        "weights": own["weights"],
        "operations": own["operations"],
        "sample_operations": own["sample_operations"],
        "ceiling": ceiling.facts["operations"] / seconds.pop("ceiling"),
        "seconds_per_step": seconds,
        "first_block": {rival.name: rival.blocks[0] * CONTESTED[name] for rival in contestants},
    }


def speed() -> dict[str, Any]:
    """Ceiling, contests, where the time goes, growth."""
    if not PEERS.exists():
        print("PyTorch and pythae: skipped; `make bench-peers` installs them in .venv-peers")
    found, rows = {}, jobs()
    ceiling = Contestant("ceiling", python("ceiling"))
    for name in CONTESTED:
        found[name] = contest(name, plainly(rows[name]), ceiling)
        print(f"{name}: where the time goes", flush=True)
        found[name]["parts"] = output("losses", json.dumps(plainly(rows[name])))
    ceiling.close()
    print("growth", flush=True)
    patch = rows["vae_stacked"]
    growing = {
        "dense": rows["leave_one_out"],
        "patch, 1 channel": patch | {"shape": [28, 28, 1]},
        "patch, 3 channels": patch,
    }
    peak = median(contest["ceiling"] for contest in found.values())
    return {
        "machine": with_torch(machine()),
        "ceiling": peak,
        "networks": found,
        "growth": output("growth", json.dumps(growing)),
    }


def quality() -> dict[str, Any]:
    """Time to quality, and how fast plain Keras trains the historic recipe on the same machine."""
    curves = output("quality")
    keras = Contestant("Keras fit", python("keras_fit", json.dumps(curves["historic"]["job"] | {"steps": 24})))
    seconds = interleave([keras], ROUNDS)["Keras fit"]
    keras.close()
    return {"machine": machine(), "curves": curves, "keras_seconds_per_step": seconds}


def stages(budget: str = "1") -> dict[str, Any]:
    """A cold `dvc repro` of this commit, with trainings so many times as long."""
    return before("HEAD", budget)


def before(revision: str, budget: str = "1") -> dict[str, Any]:
    """The same of any commit."""
    try:
        factor = TypeAdapter(Annotated[float, Field(gt=0, le=1)]).validate_python(budget)
    except ValidationError:
        raise UserError(f"budget: received {budget!r}; accepted: a number above 0, up to 1") from None
    command = ["git", "rev-parse", "--verify", "--quiet", "--short", f"{revision}^{{commit}}"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise UserError(f"before: received {revision!r}; accepted: a commit of this repository")
    commit = found.stdout.strip()
    measured = output("stages", commit, str(factor))
    return {"machine": machine(), "commit": commit, "budget": factor, "stages": measured}


def scale() -> dict[str, Any]:
    """Cold runs of a small project, and what Ray adds to a stage, if a run on a cluster has measured it here."""
    ray = files.scratch() / SECONDS
    found = {"machine": machine(), "projects": output("scale")}
    return found | ({"ray": files.read_json(ray)} if ray.exists() else {})


def read_photographs() -> dict[str, Any]:
    """Digits drawn as photographs, and read."""
    return {"machine": machine(), **output("photographs")}


MEASURES: dict[str, Callable[..., dict[str, Any]]] = {
    "speed": speed,
    "quality": quality,
    "stages": stages,
    "before": before,
    "scale": scale,
    "photographs": read_photographs,
}


def main() -> None:
    """Measure what is named, and write its results and the page."""
    name, *arguments = sys.argv[1:] or [""]
    try:
        inspect.signature(MEASURES[name]).bind(*arguments)
    except (KeyError, TypeError):
        accepted = ", ".join(MEASURES).replace("before", "before REVISION")
        raise UserError(f"received {' '.join(sys.argv[1:])!r}; accepted: {accepted}") from None
    found = MEASURES[name](*arguments)
    result_file(name).parent.mkdir(exist_ok=True)
    result_file(name).write_text(json.dumps(found, indent=1) + "\n")
    print(render()[SHOWN_IN.get(name, name)])


if __name__ == "__main__":
    with user_errors():
        main()
