"""Photos turned upright: cameras note in the EXIF part of a JPEG file how they were held, which Blender ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

START, EXIF_SEGMENT, SCAN = b"\xff\xd8", 0xE1, 0xDA  # the pixels begin at the scan
EXIF = b"Exif\0\0"
BYTE_ORDERS = {b"II": "little", b"MM": "big"}
ORIENTATION = 0x0112  # the tag's number
UPRIGHT = 1
# What becomes of rows and columns, by the note; from 5 on, they change places first.
DIRECTIONS = {1: (1, 1), 2: (1, -1), 3: (-1, -1), 4: (-1, 1), 5: (1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}


def orientation_of(path: Path) -> int:
    """Return what a JPEG file notes about its orientation, 1..8; `UPRIGHT` where it or another file notes nothing.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(len(START)) != START:
            return UPRIGHT
        while len(head := file.read(4)) == 4 and head[0] == 0xFF and head[1] != SCAN:
            body = file.read(max(int.from_bytes(head[2:], "big") - 2, 0))
            if head[1] == EXIF_SEGMENT and body.startswith(EXIF):
                noted = _noted_orientation(body[len(EXIF) :])
                return noted if noted in DIRECTIONS else UPRIGHT
    return UPRIGHT


def turned_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return pixels [H, W, C], top row first, as [H, W, C] or [W, H, C], C order, by the note of their file."""
    import numpy as np

    rows, columns = DIRECTIONS[orientation]
    turned = pixels.transpose(1, 0, 2) if orientation >= 5 else pixels
    return np.ascontiguousarray(turned[::rows, ::columns])


def _noted_orientation(tiff: bytes) -> int:
    """Return the orientation of the first directory of a TIFF header; 0 where there is none."""
    order = BYTE_ORDERS.get(tiff[:2])
    if order is None:
        return 0

    def number(start: int, size: int) -> int:
        return int.from_bytes(tiff[start : start + size], order)

    first = number(4, 4)
    entries = (first + 2 + 12 * index for index in range(number(first, 2)))
    return next((number(entry + 8, 2) for entry in entries if number(entry, 2) == ORIENTATION), 0)
