"""How many models of a category are made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelCounts:
    """So many of each category: `per_style` of each of its styles, but `least` at least.

    A category of many styles needs many models: 100 chairs of 38 styles are no three bar stools.
    """

    least: int
    per_style: int = 0

    def of(self, styles: int) -> int:
        """Return the number for a category of so many styles."""
        return max(self.least, self.per_style * styles)
