"""Is a PLY file whole? Blender reads the missing end of a text file, and the word nan, as zeros without a word."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

# struct's letters of PLY's scalar types, under both of their names.
TYPES = {
    "char": "b", "int8": "b", "uchar": "B", "uint8": "B", "short": "h", "int16": "h", "ushort": "H", "uint16": "H",
    "int": "i", "int32": "i", "uint": "I", "uint32": "I", "float": "f", "float32": "f", "double": "d", "float64": "d",
}  # fmt: skip
HEADER_LIMIT = 65536


class BadPlyError(ValueError):
    """A PLY file that is damaged."""


@dataclass(frozen=True)
class _Element:
    """An element of the header: how many there are, and the bytes of one at least (empty lists)."""

    count: int
    least_bytes: int


def check_ply(path: Path) -> None:
    """Check that a PLY file has as much data as its header promises, and numbers only.

    Raises:
        BadPlyError: it is no PLY file, ends too early, or holds nan or inf as words.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    end = data.find(b"end_header", 0, HEADER_LIMIT)
    if not data.startswith(b"ply") or end < 0:
        raise BadPlyError("it is not a PLY file")
    body = data[data.find(b"\n", end) + 1 :] if b"\n" in data[end:] else b""
    lines = data[:end].decode("ascii", errors="replace").splitlines()
    elements = _elements(lines)
    if any(line.split()[:2] == ["format", "ascii"] for line in lines):
        _check_text(body, sum(element.count for element in elements))
    elif len(body) < sum(element.count * element.least_bytes for element in elements):
        raise BadPlyError("the file ends before the data that its header promises")


def _check_text(body: bytes, rows: int) -> None:
    filled = [line for line in body.splitlines() if line.strip()]
    if len(filled) < rows:
        raise BadPlyError(f"the file ends after {len(filled)} of {rows} rows")
    lowered = body.lower()
    if b"nan" in lowered or b"inf" in lowered:
        raise BadPlyError("a coordinate is not a finite number")


def _elements(lines: list[str]) -> list[_Element]:
    """Read the header's elements.

    Raises:
        BadPlyError: a line cannot be understood.
    """
    elements: list[_Element] = []
    try:
        for words in (line.split() for line in lines):
            if words[:1] == ["element"]:
                elements.append(_Element(int(words[2]), 0))
            elif words[:1] == ["property"]:
                size = struct.calcsize(TYPES[words[2] if words[1] == "list" else words[1]])
                elements[-1] = _Element(elements[-1].count, elements[-1].least_bytes + size)
    except (IndexError, KeyError, ValueError) as error:
        raise BadPlyError("its header cannot be understood") from error
    return elements
