"""How cost grows: python -m benchmarks.growth JOBS prints seconds per step against the batch, as JSON."""

import json
import sys
from typing import Any

import benchmarks.steps as steps

BATCHES = (32, 64, 128, 256, 512, 1024)
ROUNDS = 3


def with_batch(job: dict[str, Any], batch: int) -> dict[str, Any]:
    """The job at another batch."""
    return job | {"fit": job["fit"] | {"batch": batch}}


def main() -> None:
    """Print {name: {batch: seconds per step}}."""
    jobs = json.loads(sys.argv[1])
    blocks = {
        f"{name}/{batch}": steps.full_steps(with_batch(job, batch)) for name, job in jobs.items() for batch in BATCHES
    }
    found = steps.medians(blocks, ROUNDS)
    print(json.dumps({name: {batch: found[f"{name}/{batch}"] for batch in BATCHES} for name in jobs}))


if __name__ == "__main__":
    main()
