"""`make repro JOBS=N`: variants side by side, N at a time; the `dvc repro` that follows does what is left.

One training seldom keeps all cores busy, and DVC runs one stage after another (iterative/dvc#755). But several DVC
processes may run a single stage each (`repro -s`), as long as none writes what another reads.
"""

import json
import subprocess
import sys
import time
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from digitforge import files
from digitforge.errors import UserError, argument, user_errors
from digitforge.settings.params import Params, load_params

SHARED = ["stack", "verifier", "features", "nondigits", "reference", "ood"]  # what the chains read
OF_VARIANT = ["train", "sample", "evaluate"]
OF_DIGIT = ["leave_one_out", "detection"]
DVC = [sys.executable, "-m", "dvc", "--wait-for-lock"]


def chains(params: Params, changed: Container[str]) -> dict[str, list[str]]:
    """Stages that only need one another and SHARED, in their order, by a name for the chain.

    Only chains with a stage in `changed`.
    """
    digits = params.leave_one_out.digits
    found = {key: [f"{stage}@{key}" for stage in OF_VARIANT] for key in params.variants}
    found |= {f"leave_one_out_{digit}": [f"{stage}@{digit}" for stage in OF_DIGIT] for digit in digits}
    return {name: chain for name, chain in found.items() if any(stage in changed for stage in chain)}


def reproduce(chain: list[str], log: Path) -> str:
    """Run stages one after another up to one that fails, their output to a file -> how it went."""
    started = time.monotonic()
    with log.open("wb") as output:
        for stage in chain:
            if subprocess.run([*DVC, "repro", "-s", stage], stdout=output, stderr=output, check=False).returncode:
                return f"{stage} failed ({log}), and is tried again alone"
    return f"{time.monotonic() - started:.0f} s"


def main(jobs: str) -> None:
    """Run the stages that all chains read, then the chains, `jobs` at a time."""
    if not (jobs.isdecimal() and 1 <= int(jobs) <= 64):
        raise UserError(f"JOBS: received {jobs}; accepted: 1 to 64")
    params = load_params()
    shared = subprocess.run([*DVC, "repro", *SHARED], check=False).returncode
    if shared:
        sys.exit(shared)
    status = subprocess.run([*DVC, "status", "--json"], check=False, stdout=subprocess.PIPE)
    if status.returncode:
        sys.exit(status.returncode)  # it has said why
    todo = chains(params, json.loads(status.stdout))
    logs = files.scratch() / "logs"
    logs.mkdir(exist_ok=True)
    print(f"{len(todo)} chains of stages, {jobs} at a time; `tail -f {logs}/*` follows them", flush=True)
    with ThreadPoolExecutor(int(jobs)) as pool:
        running = {pool.submit(reproduce, chain, logs / f"{name}.log"): name for name, chain in todo.items()}
        try:
            for done, future in enumerate(as_completed(running), start=1):
                print(f"[{done}/{len(todo)}] {running[future]}: {future.result()}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


if __name__ == "__main__":
    with user_errors():
        main(argument("the number of chains at a time"))
