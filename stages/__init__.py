"""Each file here is a DVC stage of that name: it reads its recipe and its data, calls the library, writes."""

from digitforge.threads import limit

# What a stage computes must not depend on how many cores there are, or on how many stages run beside it: sums that more
# threads share add up in another order. More than two threads bring the small operations of most stages little.
THREADS = 2
limit(THREADS)

from digitforge.beginning import begin  # noqa: E402

begin()
