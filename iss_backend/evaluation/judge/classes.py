"""What the judge tells apart: data sets' categories, those that look alike or mean the same put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from iss_backend.data.procedural.deform import DEFORMED

# Categories of which the held-out side has fewer shapes cannot be learned, and so are not judged.
FEWEST_SHAPES = 5
_MERGED = {
    "boat": "watercraft",
    "gun": "rifle",
    "desk": "table",
    "stool": "chair",
    "shelf": "cabinet",
    "house_building": "building",
    "house": "building",
    "castle": "building",
    "bottle_potion": "bottle",
    "robot_monster": "robot",
    "sword_blade": "sword",
    "truck_bus": "truck",
    "bush_plant": "plant",
    "crop": "plant",
    "flower": "plant",
    "mirror_window_door": "door",
    "fish_sea": "fish",
}
# Collections of whatever else a pack holds: their shapes have nothing in common that a judge could learn.
_NO_CLASS = frozenset(
    [
        DEFORMED,
        "decor",
        "street_prop",
        "container",
        "food",
        "kitchenware",
        "item_icon",
        "electronics",
        "weapon_other",
        "tool",
    ]
)


def judged_class(category: str) -> str | None:
    """Return the class of a data set's category; None for a category that is a mixture."""
    return None if category in _NO_CLASS else _MERGED.get(category, category)


def learnable_classes(categories: Iterable[str]) -> tuple[str, ...]:
    """Return the classes, sorted, that at least `FEWEST_SHAPES` of the shapes' categories fall into."""
    counts = Counter(filter(None, map(judged_class, categories)))
    return tuple(sorted(name for name, count in counts.items() if count >= FEWEST_SHAPES))
