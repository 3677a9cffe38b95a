"""How many models of a category are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelCounts:
    """The number for a category: `per_style` for each of its styles, but never fewer than `least`.

    A category of many styles needs many models: 100 chairs in 38 styles are fewer than three of each.
    """

    least: int
    per_style: int = 0

    def of(self, styles: int) -> int:
        """Return the number for a category of so many styles."""
        return max(self.least, self.per_style * styles)
