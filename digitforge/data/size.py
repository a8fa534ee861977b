"""The size of every image."""

SIZE = 28  # pixels along each side
