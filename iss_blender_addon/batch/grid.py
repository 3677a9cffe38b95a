"""Where the shapes of a batch stand. No Blender here."""

from __future__ import annotations

import math


def grid_cells(counts: list[int]) -> list[list[tuple[int, int]]]:
    """Return a cell (column, row) for each variation of each prompt, about as many columns as rows.

    The variations of one prompt stand side by side in one row. With one variation each, nine prompts fill 3 x 3 cells.

    Args:
        counts: how many variations each prompt has, 1 or more.
    """
    if not counts:
        return []
    widest = max(counts)
    across = max(1, math.ceil(math.sqrt(len(counts) / widest)))
    return [
        [((index % across) * widest + number, index // across) for number in range(count)]
        for index, count in enumerate(counts)
    ]
