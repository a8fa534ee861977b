"""A cold `dvc repro` stage by stage: python -m benchmarks.stages COMMIT BUDGET prints what each took, as JSON.

Runs in a fresh clone of the commit in a temporary folder, without DVC's cache, each stage by `dvc repro --single-item`,
so that the operating system accounts for it alone. Trainings have BUDGET times the budget of the committed params.yaml.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.pipeline import moved_in, needs_in

KILOBYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss
BUDGET = re.compile(r"^budget: ([\d.]+)", re.MULTILINE)
TRAINED = re.compile(r"trained in ([\d.]+) s")


def measure(clone: Path, stage: str) -> dict[str, Any]:
    """Run one stage -> seconds in all, of its processes, and of training if it trains; peak memory in gigabytes."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        command = ["dvc", "repro", "--single-item", stage]
        process = subprocess.Popen(command, cwd=clone, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        said.seek(0)
        output = said.read()
    if status:
        sys.exit(f"error: stage {stage} failed: {output[-2000:]}")
    found = {
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "gigabytes": usage.ru_maxrss * KILOBYTES / 1e9,
    }
    trained = TRAINED.findall(output)
    return found | ({"training_seconds": sum(map(float, trained))} if trained else {})


def multiply_budget(params: Path, factor: float) -> None:
    """Have all trainings of a params.yaml be so many times as long."""
    text = params.read_text(encoding="utf-8")
    params.write_text(BUDGET.sub(lambda found: f"budget: {factor * float(found[1]):g}", text), encoding="utf-8")


def main() -> None:
    """Print {stage: {seconds, processor_seconds, gigabytes, training_seconds, needs, bytes}}."""
    commit, budget = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ".", str(clone)], check=True)
        subprocess.run(["git", "checkout", "--quiet", commit], cwd=clone, check=True)
        multiply_budget(clone / "params.yaml", float(budget))
        (clone / "dvc.lock").unlink(missing_ok=True)
        needs, found = needs_in(clone), {}
        for stage in needs:
            found[stage] = measure(clone, stage)
            print(f"{stage}: {found[stage]['seconds']:.0f} s, {found[stage]['gigabytes']:.1f} GB", file=sys.stderr)
        moved = moved_in(clone)
    print(json.dumps({stage: found[stage] | {"needs": needs[stage], "bytes": moved[stage]} for stage in found}))


if __name__ == "__main__":
    main()
