"""Wheels of road vehicles: tyres along X with hubs, in pairs on axles."""

from __future__ import annotations

from collections.abc import Sequence

from iss_backend.data.procedural.draft import Draft
from iss_backend.data.procedural.placing import both, rod_x


def add_wheels(
    draft: Draft, outside: float, zs: Sequence[float], radius: float, width: float = 0.07, hub: str = "silver"
) -> None:
    """Add wheels that stand on y = 0, one pair per z, their outer sides at x = +-outside; `hub` is a paint."""
    for z in zs:
        tyre = rod_x(radius, outside - width, outside).moved(0.0, radius, z)
        cap = rod_x(0.55 * radius, outside - width, outside + 0.008, 14).moved(0.0, radius, z)
        draft.add("wheel", "rubber", *both(tyre))
        draft.add("hub cap", hub, *both(cap))


def draw_hub(draft: Draft) -> str:
    """Draw the paint of the hub caps."""
    return draft.choose("silver", "silver", "grey", "white")
