"""Frames: 4 bytes little-endian length of a JSON header, the header, then the arrays that it lists under "arrays".

Arrays are C-ordered and little-endian. The add-on has its own copy of these few lines: the packages share no code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

PROTOCOL = 1
HEADER_LIMIT = 1 << 20  # bytes
ARRAYS_LIMIT = 1 << 31  # bytes of one frame; a mesh at the highest resolution has about a tenth
DTYPES = ("u1", "i4", "i8", "f4", "f8")


class FramingError(Exception):
    """What arrived is no frame."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One message: its `header` (with at least "type"), and the `arrays` by name, aligned and writable."""

    header: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @property
    def type(self) -> str:
        """What the message is about."""
        return self.header["type"]


def write_frame(stream: BinaryIO, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
    """Write one message and flush; arrays of a type in `DTYPES`."""
    packed = {name: np.asarray(a, a.dtype.newbyteorder("<"), order="C") for name, a in (arrays or {}).items()}
    listed = [{"name": name, "dtype": a.dtype.str[1:], "shape": list(a.shape)} for name, a in packed.items()]
    encoded = json.dumps({**header, "arrays": listed}).encode()
    stream.write(len(encoded).to_bytes(4, "little") + encoded)
    for array in packed.values():
        stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """Read one message; None where the stream ends, also in the middle of one.

    Raises:
        FramingError: what arrives is no frame.
    """
    prefix = stream.read(4)
    length = int.from_bytes(prefix, "little")
    if length > HEADER_LIMIT:
        raise FramingError(f"a header of {length} bytes was announced (the bytes are {prefix!r})")
    encoded = stream.read(length)
    if len(prefix) < 4 or len(encoded) < length:
        return None
    header, listed = _parse_header(encoded)
    arrays = {name: np.empty(shape, "<" + dtype) for name, dtype, shape in listed}
    complete = all(_fill(stream, array) for array in arrays.values())
    return Frame(header, arrays) if complete else None


def _parse_header(encoded: bytes) -> tuple[dict[str, Any], list[tuple[str, str, tuple[int, ...]]]]:
    """Return a header without its list of arrays, and the (name, dtype, shape) of each."""
    try:
        header = json.loads(encoded)
        listed = [(a["name"], a["dtype"], tuple(a["shape"])) for a in header.pop("arrays")]
        fine = isinstance(header["type"], str) and all(dtype in DTYPES for _, dtype, _ in listed)
        sizes = [math.prod(shape) * int(dtype[1]) for _, dtype, shape in listed]
        fine = fine and all(type(n) is int and n >= 0 for _, _, shape in listed for n in shape)
        fine = fine and len({name for name, _, _ in listed}) == len(listed)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise FramingError(f"a header cannot be read ({error}): {encoded[:80]!r}") from error
    if not fine or sum(sizes) > ARRAYS_LIMIT:
        raise FramingError(f"a header announces arrays that cannot be: {encoded[:200]!r}")
    return header, listed


def _fill(stream: BinaryIO, array: np.ndarray) -> bool:
    """Read an array's bytes into it; False where the stream ends before."""
    left = array.reshape(-1).view(np.uint8).data
    while left.nbytes:
        count = stream.readinto(left)
        if not count:
            return False
        left = left[count:]
    return True
