"""Stuffed seats of any width: a base, cushions, a back, arms and short feet. Fronts look to +Z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iss_backend.data.procedural.draft import Draft, ball, block, disc, pillar
from iss_backend.data.procedural.paints import pick, pick_main
from iss_backend.data.procedural.seating import corners, lean_back
from iss_backend.data.procedural.solids import Solid, cushion

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True)
class Frame:
    """Measures of a stuffed seat: inner width, depth, heights of feet, seat and back above the floor, arm's width."""

    width: float
    depth: float
    feet: float
    seat: float
    back: float
    arm: float
    arm_height: float


def cover_paint(draft: Draft) -> str:
    """Draw the paint of what covers a sofa: fabric more often than leather, in its own or any colour."""
    return pick_main(draft.rng, "fabric", "fabric", "leather", colourful=0.6)


def draw_frame(draft: Draft, width: float) -> Frame:
    """Draw plausible measures for an inner width."""
    seat = draft.between(0.38, 0.46)
    return Frame(
        width,
        draft.between(0.72, 0.9),
        draft.between(0.05, 0.13),
        seat,
        draft.between(0.76, 0.95),
        draft.between(0.12, 0.22),
        seat + draft.between(0.14, 0.24),
    )


def add_base(draft: Draft, frame: Frame, paint: str) -> None:
    """Add the box below the cushions."""
    draft.add(
        "seat", paint, block(frame.width + 0.02, frame.seat - 0.12 - frame.feet, frame.depth, 0, frame.feet, 0, 0.02)
    )


def add_cushions(draft: Draft, frame: Frame, paint: str, count: int) -> None:
    """Add seat cushions side by side, with gaps that are seen."""
    step, depth = frame.width / count, frame.depth * 0.86
    for number in range(count):
        x = step * (number + 0.5) - frame.width / 2
        size = (step - 0.012, 0.17, depth)
        draft.add("cushions", paint, cushion(size, (x, frame.seat - 0.07, (frame.depth - depth) / 2 + 0.02), 0.22))


def add_soft_back(draft: Draft, frame: Frame, paint: str, count: int = 1, lean: float = 8.0) -> None:
    """Add a stuffed back, whole or in cushions before a low wall."""
    thick, tall = 0.19, frame.back - frame.seat + 0.12
    if count == 1:
        slab = block(frame.width + 0.04, tall + 0.1, thick, 0, -0.1, bevel=0.05)
        draft.add("back", paint, lean_back(slab, lean).moved(0, frame.seat - 0.1, -frame.depth / 2 + 0.08))
        return
    draft.add(
        "back",
        paint,
        block(frame.width + 0.02, frame.back - frame.feet - 0.07, 0.12, 0, frame.feet, -frame.depth / 2 + 0.06, 0.02),
    )
    step = frame.width / count
    for number in range(count):
        pillow = cushion((step - 0.012, tall, 0.19), (0, tall / 2, 0), 0.3)
        x = step * (number + 0.5) - frame.width / 2
        draft.add("back cushions", paint, lean_back(pillow, lean).moved(x, frame.seat - 0.02, -frame.depth / 2 + 0.19))


def add_soft_arms(draft: Draft, frame: Frame, paint: str, kind: str) -> None:
    """Add stuffed arms: "block", "rolled" or "slope"."""
    for side in (-1, 1):
        draft.add("armrests", paint, *_arm(frame, kind, side * (frame.width / 2 + frame.arm / 2)))
    draft.say("with rolled armrests" if kind == "rolled" else "with armrests")


def _arm(frame: Frame, kind: str, x: float) -> list[Solid]:
    tall = frame.arm_height - frame.feet
    slab = block(frame.arm, tall, frame.depth, x, frame.feet, 0, 0.025)
    if kind == "rolled":
        radius = frame.arm * 0.62
        slim = block(frame.arm * 0.8, tall - radius, frame.depth - 0.02, x, frame.feet)
        return [slim, disc(radius, frame.depth + 0.02, x, frame.arm_height - radius, 0.0)]
    if kind == "slope":
        points = slab.vertices.copy()
        points[:, 1] -= np.where(points[:, 1] > frame.seat, (points[:, 2] / frame.depth + 0.5) * tall * 0.28, 0)
        return [Solid(points, slab.faces)]
    return [slab]


def add_feet(draft: Draft, frame: Frame, full_width: float, depth: float | None = None) -> None:
    """Add four feet at the corners, of wood or metal."""
    paint, kind = pick(draft.rng, draft.choose("wood", "wood", "metal")), draft.choose("block", "round", "ball")
    for x, z in corners(full_width / 2 - 0.07, (depth or frame.depth) / 2 - 0.07):
        if kind == "block":
            foot = block(0.085, frame.feet + 0.03, 0.085, x, 0, z)
        elif kind == "round":
            foot = pillar(0.032, frame.feet + 0.03, x, 0, z, top=1.5, sides=14)
        else:
            foot = ball(frame.feet / 2 + 0.02, x, frame.feet / 2 + 0.02, z)
        draft.add("feet", paint, foot)


def add_pillows(draft: Draft, frame: Frame, count: int) -> None:
    """Throw square pillows of another colour on the seat, against the back."""
    paint = f"{draft.colour()} fabric"
    for number in range(count):
        x = (frame.width / 2 - 0.2) * (1 if number % 2 else -1) * (1 - number // 2 * 0.6)
        pillow = cushion((0.36, 0.34, 0.15), (0, 0.17, 0), 0.45)
        draft.add("pillows", paint, lean_back(pillow, 18).moved(x, frame.seat + 0.0, -frame.depth / 2 + 0.33))
    if count:
        draft.say(
            f"with {NUMBERS[count]} pillow{'s' if count > 1 else ''}", "with pillows" if count > 1 else "with a pillow"
        )
