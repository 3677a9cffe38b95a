"""Fronts of furniture: doors, drawers, shelves and their handles."""

from __future__ import annotations

from dataclasses import dataclass

from iss_backend.data.procedural.draft import Draft, ball, block
from iss_backend.data.procedural.solids import Solid


@dataclass(frozen=True)
class Front:
    """A rectangle in a plane of constant z: centre ``x``, lower edge ``y``, ``width``, ``height``."""

    x: float
    y: float
    z: float
    width: float
    height: float

    def cells(self, columns: int, rows: int) -> list[Front]:
        """Divide the rectangle evenly, row by row from below."""
        width, height = self.width / columns, self.height / rows
        left = self.x - self.width / 2
        return [
            Front(left + (column + 0.5) * width, self.y + row * height, self.z, width, height)
            for row in range(rows)
            for column in range(columns)
        ]

    def panel(self, thick: float, gap: float = 0.0) -> Solid:
        """Build a plate in front of the rectangle, smaller by ``gap`` on each side, half sunk in."""
        return block(self.width - 2 * gap, self.height - 2 * gap, 2 * thick, self.x, self.y + gap, self.z)


def add_doors(draft: Draft, front: Front, columns: int, paint: str, handle: str, rows: int = 1) -> None:
    """Add doors with dark seams between them and upright handles near the seams."""
    unit = max(front.width, front.height)
    draft.add("seam", "black", front.panel(0.008 * unit))
    for number, cell in enumerate(front.cells(columns, rows)):
        draft.add("door", paint, cell.panel(0.03 * unit, 0.013 * unit))
        side = 1 if (number % columns) % 2 == 0 and columns > 1 else -1
        x = cell.x + side * (cell.width / 2 - 0.07 * unit)
        grip = min(0.2 * unit, 0.4 * cell.height)
        middle = cell.y + cell.height / 2
        draft.add("handle", handle, block(0.035 * unit, grip, 0.06 * unit, x, middle - grip / 2, cell.z + 0.045 * unit))


def add_drawers(
    draft: Draft, front: Front, columns: int, rows: int, paint: str, handle: str, knobs: bool = False
) -> None:
    """Add drawers with dark seams between them and knobs or level handles."""
    unit = max(front.width, front.height)
    draft.add("seam", "black", front.panel(0.008 * unit))
    for cell in front.cells(columns, rows):
        draft.add("drawer", paint, cell.panel(0.03 * unit, 0.013 * unit))
        middle, z = cell.y + cell.height / 2, cell.z + 0.045 * unit
        if knobs:
            draft.add("knob", handle, ball(0.028 * unit, cell.x, middle, z))
        else:
            grip = min(0.5 * cell.width, 0.3 * unit)
            draft.add("handle", handle, block(grip, 0.035 * unit, 0.06 * unit, cell.x, middle - 0.017 * unit, z))


def shelf_case(front: Front, depth: float, rows: int, thick: float) -> list[Solid]:
    """Build an open case behind a rectangle: two sides, a back, ``rows + 1`` boards; the front edge lies at its z."""
    middle = front.z - depth / 2
    sides = [
        block(thick, front.height, depth, front.x + side * (front.width - thick) / 2, front.y, middle)
        for side in (-1, 1)
    ]
    back = block(front.width, front.height, thick, front.x, front.y, front.z - depth + thick / 2)
    step = (front.height - thick) / rows
    boards = [block(front.width, thick, depth, front.x, front.y + row * step, middle) for row in range(rows + 1)]
    return [*sides, back, *boards]


def add_books(draft: Draft, front: Front, depth: float, rows: int, thick: float) -> None:
    """Add a row of books of many colours on each shelf of a case as ``shelf_case`` builds it."""
    step = (front.height - thick) / rows
    for row in range(rows):
        x, right = front.x - front.width / 2 + thick, front.x + front.width / 2 - thick
        right -= draft.between(0.0, 0.4) * front.width
        while x < right - 0.04 * front.height:
            wide = draft.between(0.04, 0.07) * front.height
            tall = (step - thick) * draft.between(0.6, 0.9)
            floor = front.y + row * step + thick * 0.9
            draft.add(
                "book", draft.colour(), block(wide, tall, 0.75 * depth, x + wide / 2, floor, front.z - 0.5 * depth)
            )
            x += wide
