"""Handsets, dials and keys of telephones."""

from __future__ import annotations

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, disc, pillar
from iss_backend.data.procedural.solids import Solid, joined, tube


def add_keys(draft: Draft, paint: str, at: tuple[float, float, float], width: float, height: float, rows: int) -> None:
    """Add three columns of keys on a front plane; ``at`` is the middle of the lower edge."""
    across, up = width / 3, height / rows
    draft.add(
        "key",
        paint,
        *(
            block(0.68 * across, 0.62 * up, 0.05, at[0] + column * across, at[1] + (row + 0.19) * up, at[2])
            for row in range(rows)
            for column in (-1, 0, 1)
        ),
    )


def joined_at(draft: Draft, piece: Draft, lean: float, at: tuple[float, float, float]) -> None:
    """Add the parts of another draft, turned about x by ``lean`` degrees and moved to ``at``."""
    for part in piece.parts:
        draft.add(part.name, part.paint, part.solid.turned("x", lean).moved(*at))


def handset(length: float, thick: float) -> Solid:
    """Build a handset along x whose ear and mouth pieces look down; its grip lies at y = 0."""
    half = length / 2
    grip = tube(
        np.array([(-half, -0.1 * length, 0), (-0.6 * half, 0.0, 0), (0.6 * half, 0.0, 0), (half, -0.1 * length, 0)]),
        thick,
        12,
    )
    cups = [pillar(1.9 * thick, 0.17 * length, x, -0.24 * length, 0, 0.8) for x in (-half, half)]
    return joined(grip, *cups)


def rotary_dial(draft: Draft, ring: str, holes: str, radius: float) -> Draft:
    """Return a draft with a dial in the x-y plane about the origin: a ring with ten dark holes and a middle."""
    dial = Draft(draft.rng, "telephone", "")
    dial.add("dial", ring, disc(radius, 0.1, 0, 0, 0))
    for number in range(10):
        angle = np.radians(-60 + 30 * number)
        dial.add(
            "hole", holes, ball(0.15 * radius, 0.72 * radius * np.cos(angle), 0.72 * radius * np.sin(angle), 0.045)
        )
    dial.add("dial middle", holes, disc(0.36 * radius, 0.13, 0, 0, 0))
    return dial


def curl(start: tuple[float, float, float], end: tuple[float, float, float], sag: float) -> Solid:
    """Build a thick cord that hangs between two points by ``sag``."""
    steps = np.linspace(0, 1, 12)[:, None]
    path = np.array(start) * (1 - steps) + np.array(end) * steps
    path[:, 1] -= sag * 4 * (steps * (1 - steps))[:, 0]
    return tube(path, 0.03, 8)
