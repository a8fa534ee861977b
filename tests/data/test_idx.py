import numpy as np
import pytest

from digitforge.data.idx import format_idx, parse_idx


@pytest.mark.parametrize("shape", [(5,), (3, 28, 28), (2, 28, 28, 3)])
def test_round_trip(shape):
    array = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(parse_idx(format_idx(array), "x"), array)


def test_reads_the_published_example_header():
    # "0x00000803(2051) magic number, 60000, 28, 28" of the format's description, here with 2 images of 1x3.
    content = bytes.fromhex("00000803 00000002 00000001 00000003") + bytes([1, 2, 3, 4, 5, 6])
    assert parse_idx(content, "x").tolist() == [[[1, 2, 3]], [[4, 5, 6]]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"\x1f\x8b\x08\x00rest", "starts with 1f 8b 08 00, expected 00 00 08"),
        (bytes.fromhex("00000d01 00000001") + b"abcd", "not an IDX file"),
        (bytes.fromhex("00000802 00000001 00000001") + b"a", "2 dimensions, expected 1"),
        (bytes.fromhex("00000801 00000005") + b"abc", "3 bytes of values, expected 5"),
        (bytes.fromhex("00000801 00000002") + b"abc", "3 bytes of values, expected 2"),
        (bytes.fromhex("00000803 000000"), "3 dimensions"),
    ],
)
def test_faults_are_named(content, message):
    with pytest.raises(ValueError, match=f"file-x: .*{message}"):
        parse_idx(content, "file-x")
