"""How many threads a process computes with."""

import os

VARIABLES = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def limit(count: int) -> None:
    """Have libraries that aren't imported yet, here and in processes below, use so many, unless a variable is set."""
    for name in VARIABLES:
        os.environ.setdefault(name, str(count))
