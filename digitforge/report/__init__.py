"""The pages of the report."""

import os

os.environ["MPLBACKEND"] = "agg"  # a notebook's, which the environment may name, doesn't draw here
