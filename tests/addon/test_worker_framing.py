"""Both packages' framing, each against itself and against the other."""

import io
import json
import struct

import numpy as np
import pytest

from iss_backend.worker import protocol
from iss_blender_addon.worker import framing

SIDES = [protocol, framing]
ARRAYS = {
    "vertices": np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3),
    "faces": np.array([[0, 1, 2]], np.int32),
    "colours": np.zeros((0, 3), np.uint8),
    "scalar": np.array(2.5),
    "strided": np.arange(12, dtype=">i8").reshape(3, 4)[:, ::2],
}


def read(side, contents):
    message = side.read_frame(contents if hasattr(contents, "read") else io.BytesIO(contents))
    return (message.header, message.arrays) if isinstance(message, protocol.Frame) else message


def frame(header, payload=b""):
    encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(encoded)) + encoded + payload


@pytest.mark.parametrize("writer", SIDES)
@pytest.mark.parametrize("reader", SIDES)
def test_what_is_written_is_read(writer, reader):
    stream = io.BytesIO()
    writer.write_frame(stream, {"type": "mesh", "id": 3, "text": "café", "loss": None}, ARRAYS)
    writer.write_frame(stream, {"type": "heartbeat"}, {})
    stream.seek(0)
    header, arrays = read(reader, stream)
    assert header == {"type": "mesh", "id": 3, "text": "café", "loss": None}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert np.array_equal(arrays[name], array)
        assert arrays[name].shape == array.shape
        assert arrays[name].dtype == array.dtype.newbyteorder("<")
        assert arrays[name].flags.c_contiguous
        assert arrays[name].flags.aligned
        assert arrays[name].flags.writeable
    assert read(reader, stream) == ({"type": "heartbeat"}, {})
    assert read(reader, stream) is None


def test_both_sides_write_the_same_bytes_as_the_protocol_says():
    vertices = np.array([[1.0, -2.0]], np.float32)
    for side in SIDES:
        stream = io.BytesIO()
        side.write_frame(stream, {"type": "x"}, {"v": vertices})
        header = b'{"type": "x", "arrays": [{"name": "v", "dtype": "f4", "shape": [1, 2]}]}'
        assert stream.getvalue() == struct.pack("<I", len(header)) + header + struct.pack("<2f", 1.0, -2.0)


@pytest.mark.parametrize("side", SIDES)
def test_a_stream_that_ends_in_the_middle_ends(side):
    stream = io.BytesIO()
    side.write_frame(stream, {"type": "mesh"}, ARRAYS)
    for length in (*range(0, 8), len(stream.getvalue()) // 2, len(stream.getvalue()) - 1):
        assert read(side, stream.getvalue()[:length]) is None


class Dribble(io.RawIOBase):
    """A pipe that gives three bytes at a time."""

    def __init__(self, contents):
        self.contents = io.BytesIO(contents)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.contents.readinto(memoryview(buffer)[:3])


@pytest.mark.parametrize("side", SIDES)
def test_a_pipe_that_gives_little_at_a_time(side):
    stream = io.BytesIO()
    side.write_frame(stream, {"type": "mesh"}, ARRAYS)
    header, arrays = read(side, io.BufferedReader(Dribble(stream.getvalue()), 8))
    assert header == {"type": "mesh"}
    assert np.array_equal(arrays["vertices"], ARRAYS["vertices"])


NONSENSE = [
    b"Traceback (most recent call last):",
    b"\xff\xff\xff\xff",
    frame(b"[]"),
    frame(b"{"),
    frame(b"\xff\xfe"),
    frame(b"[" * 100_000),
    frame({"type": "x"}),
    frame({"arrays": []}),
    frame({"type": 1, "arrays": []}),
    frame({"type": "x", "arrays": [{"name": "a", "dtype": "O", "shape": [1]}]}),
    frame({"type": "x", "arrays": [{"name": "a", "dtype": "f4", "shape": [-1]}]}),
    frame({"type": "x", "arrays": [{"name": "a", "dtype": "f4", "shape": [1.5]}]}),
    frame({"type": "x", "arrays": [{"name": "a", "dtype": "f4", "shape": ["1"]}]}),
    frame({"type": "x", "arrays": [{"name": "a", "dtype": "f4", "shape": [1 << 40]}]}),
    frame({"type": "x", "arrays": [{"name": "a", "dtype": "u1", "shape": [1]}] * 2}, b"ab"),
    frame({"type": "x", "arrays": [{"name": [], "dtype": "u1", "shape": [1]}]}, b"a"),
]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("contents", NONSENSE)
def test_nonsense_is_refused(side, contents):
    with pytest.raises(side.FramingError):
        read(side, contents)
