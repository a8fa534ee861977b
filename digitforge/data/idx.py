"""The IDX format of the MNIST files (LeCun, http://yann.lecun.com/exdb/mnist, section "file formats").

A big-endian header: two zero bytes, the type (8 = unsigned byte), the number of dimensions, then each
dimension as a 4-byte integer; then the values, row by row.
"""

import math

import numpy as np

UNSIGNED_BYTE = 8
# The files of every data set, whatever its source calls them.
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """Parse IDX bytes -> uint8 array: [N, H, W] for grey images, [N, H, W, 3] for colour ones, [N] for labels.

    Raises ValueError, naming `name`, when magic number, dimensions or length are wrong.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE:
        raise ValueError(f"{name}: not an IDX file of bytes: starts with {content[:4].hex(' ')}, expected 00 00 08")
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if dimensions not in (1, 3, 4) or len(content) < start:
        raise ValueError(f"{name}: {dimensions} dimensions, expected 1 (labels), 3 or 4 (images)")
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4))
    expected = math.prod(shape)
    if len(content) - start != expected:
        raise ValueError(f"{name}: {len(content) - start} bytes of values, expected {expected} for shape {shape}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def format_idx(array: np.ndarray) -> bytes:
    """Format a uint8 array as IDX bytes."""
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.astype(np.uint8).tobytes()
