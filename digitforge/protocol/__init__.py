"""Which metrics are computed of which arrays: the one protocol that every variant goes through."""
