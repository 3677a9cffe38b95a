"""Is a PLY file whole? Blender takes the missing end of a text file, and nan, for zeros without a word."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# struct's letters of PLY's scalar types, under both of their names.
TYPES = {
    "char": "b", "int8": "b", "uchar": "B", "uint8": "B", "short": "h", "int16": "h", "ushort": "H", "uint16": "H",
    "int": "i", "int32": "i", "uint": "I", "uint32": "I", "float": "f", "float32": "f", "double": "d", "float64": "d",
}  # fmt: skip
HEADER_LIMIT = 65536
NOT_FINITE = "a coordinate is not a finite number"


class BadPlyError(ValueError):
    """A PLY file that is damaged."""


@dataclass(frozen=True)
class _Element:
    """An element of the header: how many there are, and struct's letters of their scalars (of a list: its length)."""

    count: int
    letters: str = ""
    has_list: bool = False

    @property
    def least_bytes(self) -> int:
        """Return how many bytes all take where all lists are empty."""
        return self.count * struct.calcsize("<" + self.letters)


def check_ply(path: Path) -> None:
    """Check that a PLY file has as much data as its header promises, and numbers only.

    Raises:
        BadPlyError: it is no PLY file, ends too early, or holds a coordinate that is not finite.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    end = data.find(b"end_header", 0, HEADER_LIMIT)
    if not data.startswith(b"ply") or end < 0:
        raise BadPlyError("it is not a PLY file")
    body = data[data.find(b"\n", end) + 1 :] if b"\n" in data[end:] else b""
    lines = [line.split() for line in data[:end].decode("ascii", errors="replace").splitlines()]
    elements = _elements(lines)
    coding = next((words[1] for words in lines if words[:1] == ["format"] and len(words) > 1), "")
    if coding == "ascii":
        _check_text(body, sum(element.count for element in elements))
    else:
        _check_binary(body, elements, ">" if coding == "binary_big_endian" else "<")


def _check_text(body: bytes, rows: int) -> None:
    filled = [line for line in body.splitlines() if line.strip()]
    if len(filled) < rows:
        raise BadPlyError(f"the file ends after {len(filled)} of {rows} rows")
    lowered = body.lower()
    if b"nan" in lowered or b"inf" in lowered:
        raise BadPlyError(NOT_FINITE)


def _check_binary(body: bytes, elements: list[_Element], order: str) -> None:
    if len(body) < sum(element.least_bytes for element in elements):
        raise BadPlyError("the file ends before the data that its header promises")
    start = 0
    for element in itertools.takewhile(lambda element: not element.has_list, elements):
        fields = [(f"f{number}", order + letter) for number, letter in enumerate(element.letters)]
        rows = np.frombuffer(body, np.dtype(fields), element.count, start)
        if not all(np.isfinite(rows[name]).all() for name, kind in fields if kind[1] in "fd"):
            raise BadPlyError(NOT_FINITE)
        start += element.least_bytes


def _elements(lines: list[list[str]]) -> list[_Element]:
    """Read the elements from the header's words.

    Raises:
        BadPlyError: a line cannot be understood.
    """
    elements: list[_Element] = []
    try:
        for words in lines:
            if words[:1] == ["element"]:
                elements.append(_Element(int(words[2])))
            elif words[:1] == ["property"]:
                last, is_list = elements[-1], words[1] == "list"
                letters = last.letters + TYPES[words[2] if is_list else words[1]]
                elements[-1] = _Element(last.count, letters, last.has_list or is_list)
    except (IndexError, KeyError, ValueError) as error:
        raise BadPlyError("its header cannot be understood") from error
    return elements
