"""Screens that several kinds of display share."""

from __future__ import annotations

from iss_backend.data.procedural.draft import Draft, block


def screen_paint(draft: Draft, main: str) -> str:
    """Draw the paint of a screen, one that differs from the frame's."""
    if draft.chance(0.6) and main != "black":
        return "black"
    return draft.apart(main, "blue", "light blue", "grey", "dark blue", "green")


def add_screen(
    draft: Draft,
    frame: str,
    screen: str,
    width: float,
    height: float,
    depth: float,
    at: tuple[float, float, float],
) -> None:
    """Add a flat body and its screen in front, the body standing on ``at``."""
    x, y, z = at
    rim = 0.055 * max(width, height)
    draft.add("body", frame, block(width, height, depth, x, y, z, bevel=0.1 * depth))
    draft.add("screen", screen, block(width - 2 * rim, height - 2 * rim, depth, x, y + rim, z + 0.3 * depth))
