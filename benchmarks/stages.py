"""A cold `dvc repro` stage by stage: python -m benchmarks.stages prints seconds and peak memory of each, as JSON.

Runs in a fresh clone of HEAD in a temporary folder, without DVC's cache, each stage by `dvc repro --single-item`, so
that the operating system accounts for it alone.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KILOBYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss
TRAINED = re.compile(r"trained in ([\d.]+) s")


def order(clone: Path) -> list[str]:
    """The stages in the order in which DVC runs them."""
    command = ["dvc", "repro", "--dry", "--force", "--allow-missing"]
    said = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^Running stage '(.+)':$", said, re.MULTILINE)


def measure(clone: Path, stage: str) -> dict[str, float]:
    """Run one stage -> seconds in all, seconds of training if it trains, peak memory in gigabytes."""
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
    found = {"seconds": seconds, "gigabytes": usage.ru_maxrss * KILOBYTES / 1e9}
    training = TRAINED.search(output)
    return found | ({"training_seconds": float(training[1])} if training else {})


def main() -> None:
    """Print {stage: {seconds, gigabytes, training_seconds}}."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", ".", str(clone)], check=True)
        stages, found = order(clone), {}
        (clone / "dvc.lock").unlink()
        for stage in stages:
            found[stage] = measure(clone, stage)
            print(f"{stage}: {found[stage]['seconds']:.0f} s, {found[stage]['gigabytes']:.1f} GB", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
