"""The verifiers by name, for all that need not know their settings."""

NAMES = ("plain", "strict", "control")  # the rows under `verifiers` in params.yaml
SEEN_BY = "strict"  # whose features distances are taken in
