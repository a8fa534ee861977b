"""Cold runs of a small project, one and two jobs at a time: python -m benchmarks.scale prints JSON.

The project is that of the tests, tests/params.yaml, on the digits that scikit-learn brings, in fresh clones of the
working tree with no cache of DVC's. Of more variants each is a copy of one of its rows.
"""

import json
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.pipeline import graph_in, moved_in, needs_in
from benchmarks.scaling import EXPECTED
from benchmarks.simulation import last_chain
from benchmarks.watch import watch
from tests.cloned import SMALL, Project, cloned

VARIANTS = (3, 6)
JOBS = (1, 2)


def project_of(variants: int, root: Path) -> Project:
    """A fresh clone with so many variants."""
    rows = islice(cycle(SMALL["variants"].values()), variants)
    project = cloned(root)
    project.env["PYTHONPATH"] = str(root)
    project.write_params(variants={f"row_{i}": row | {"title": f"Row {i}"} for i, row in enumerate(rows, start=1)})
    project.commit("small")
    project.expect(EXPECTED)
    return project


def measure(variants: int, jobs: int) -> dict[str, Any]:
    """A cold run -> seconds, shares of idle cores; of one job at a time also what each stage took, needs and moves."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project = project_of(variants, root)
        found = watch(jobs, root, project.env)
        print(f"{variants} variants, {jobs} at a time: {found.ended.seconds:.0f} s", file=sys.stderr)
        facts = found.facts(last_chain(graph_in(root)))
        if jobs > 1:
            return facts
        taken, needs, moved = found.taken(), needs_in(root), moved_in(root)
        stages = {name: taken[name] | {"needs": needs[name], "bytes": moved[name]} for name in needs if name in taken}
        return facts | {"stages": stages}


def main() -> None:
    """Print {variants: {jobs: what was measured}}."""
    print(json.dumps({variants: {jobs: measure(variants, jobs) for jobs in JOBS} for variants in VARIANTS}))


if __name__ == "__main__":
    main()
