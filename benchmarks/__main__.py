"""python -m benchmarks speed | quality | stages | photographs: measure, print the tables, renew README.md beside it."""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.jobs import jobs
from benchmarks.page import render, result_file
from benchmarks.turns import Contestant, interleave
from digitforge.errors import UserError, argument, user_errors

PEERS = Path(".venv-peers/bin/python")
ROUNDS = 5
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


def machine() -> dict[str, Any]:
    """What a reader must know to compare."""
    linux = Path("/proc/cpuinfo")  # elsewhere `platform` knows
    lines = linux.read_text().splitlines() if linux.exists() else []
    names = [line for line in lines if line.startswith("model name")]
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = {name: version(name) for name in ("tensorflow", "keras", "tensorflow-probability", "numpy")}
    if PEERS.exists():
        script = "import torch, pythae; print(torch.__version__)"
        said = subprocess.run([PEERS, "-c", script], capture_output=True, text=True, check=True).stdout
        packages["torch"] = said.strip()
    return {
        "processor": names[0].split(":", 1)[1].strip() if names else platform.processor(),
        "cores": os.cpu_count(),
        "gigabytes": round(gigabytes),
        "python": platform.python_version(),
        "packages": packages,
    }


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
    return {"machine": machine(), "ceiling": peak, "networks": found, "growth": output("growth", json.dumps(growing))}


def quality() -> dict[str, Any]:
    """Time to quality."""
    return {"machine": machine(), "curves": output("quality")}


def stages() -> dict[str, Any]:
    """A cold `dvc repro`."""
    return {"machine": machine(), "stages": output("stages")}


def read_photographs() -> dict[str, Any]:
    """Digits drawn as photographs, and read."""
    return output("photographs")


MEASURES = {"speed": speed, "quality": quality, "stages": stages, "photographs": read_photographs}


def main() -> None:
    """Measure what is named, and write its results and the page."""
    name = argument(", ".join(MEASURES))
    if name not in MEASURES:
        raise UserError(f"received {name!r}; accepted: {', '.join(MEASURES)}")
    found = MEASURES[name]()
    result_file(name).parent.mkdir(exist_ok=True)
    result_file(name).write_text(json.dumps(found, indent=1) + "\n")
    print(render()[name])


if __name__ == "__main__":
    with user_errors():
        main()
