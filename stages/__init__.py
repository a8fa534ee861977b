"""Each file here is a DVC stage of that name: it reads its recipe and its data, calls the library, writes."""

import os

# What a stage computes must not depend on how many cores there are, or on how many stages run beside it: sums that more
# threads share add up in another order. More than two threads bring the small operations of most stages little.
THREADS = "2"
for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, THREADS)

from digitforge.beginning import begin  # noqa: E402

begin()
