"""The contact sheet of an inspection: the object's box and the axes, drawn through the cameras onto their pictures."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from iss_backend.data.inspection import LookedAt
from iss_backend.data.view_checks import GRID, common_hull
from iss_backend.files import write_whole

TILE, GAP, LABEL = 160, 4, 20  # pixels
CUBE, BOX, UNSEEN, OUTLINE = (150, 150, 170), (240, 140, 0), (230, 0, 0), (200, 0, 200)
AXES = {"x": (220, 30, 30), "y": (20, 160, 40), "z": (40, 70, 230)}  # Blender's colours
CORNERS = np.array(list(itertools.product((0.0, 1.0), repeat=3)))
EDGES = [(a, b) for a, b in itertools.combinations(range(8), 2) if np.abs(CORNERS[a] - CORNERS[b]).sum() == 1.0]


def draw_sheet(shapes: Sequence[LookedAt], views: int) -> Image.Image:
    """Return the sheet: a row of up to `views` pictures for each shape, with its name above.

    Thin grey is the cube, orange the box of what the masks agree on, red, green and blue are the axes X, Y (up) and Z
    (front). A view that does not see the object has a red frame. Pictures without cameras show their masks' outlines.
    """
    rows = [row for shape in shapes for row in _rows(shape, views)]
    width = max(row.width for row in rows)
    sheet = Image.new("RGB", (width + 2 * GAP, sum(row.height for row in rows) + GAP), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (GAP, top))
        top += row.height
    return sheet


def write_sheet(shapes: Sequence[LookedAt], views: int, path: Path) -> None:
    """Write the sheet of `draw_sheet` as a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    buffer = io.BytesIO()
    draw_sheet(shapes, views).save(buffer, "PNG")
    write_whole(path, buffer.getvalue())


def _rows(shape: LookedAt, views: int) -> list[Image.Image]:
    count = len(shape.images)
    if shape.world_mats is None:
        chosen = [range(start, min(start + views, count)) for start in range(0, count, views)]
        return [_row(shape, part, shape.name if not number else "") for number, part in enumerate(chosen)]
    spread = np.unique(np.linspace(0, count - 1, min(views, count)).round().astype(int))
    return [_row(shape, spread, f"{shape.name}: {shape.seen.sum()} of {count} views see it")]


def _row(shape: LookedAt, chosen: Sequence[int] | np.ndarray, title: str) -> Image.Image:
    row = Image.new("RGB", (len(chosen) * (TILE + GAP), LABEL + TILE + GAP), "white")
    ImageDraw.Draw(row).text((2, LABEL / 2), title, fill=(40, 40, 40), font=ImageFont.load_default(13), anchor="lm")
    hull = None if shape.world_mats is None else common_hull(shape.masks, shape.world_mats, shape.focal)
    for place, view in enumerate(chosen):
        row.paste(_tile(shape, view, hull), (place * (TILE + GAP), LABEL))
    return row


def _tile(shape: LookedAt, view: int, hull: np.ndarray | None) -> Image.Image:
    tile = Image.fromarray(shape.images[view]).resize((TILE, TILE), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(tile)
    if shape.world_mats is None:
        mask = Image.fromarray(shape.masks[view]).resize((TILE, TILE))
        edge = np.asarray(mask) ^ _eroded(np.asarray(mask))
        draw.bitmap((0, 0), Image.fromarray((edge * 255).astype(np.uint8)), fill=OUTLINE)
        return tile
    _draw_cameras_view(draw, shape.world_mats[view], shape.focal, hull)
    if not shape.seen[view]:
        draw.rectangle((0, 0, TILE - 1, TILE - 1), outline=UNSEEN, width=3)
    return tile


def _draw_cameras_view(draw: ImageDraw.ImageDraw, world_mat: np.ndarray, focal: float, hull: np.ndarray) -> None:
    """Draw the cube, the hull's box and the axes, as a camera sees them."""
    _draw_box(draw, world_mat, focal, (-0.5, 0.5), CUBE, 1)
    if len(hull):
        bounds = (hull.min(axis=0) - 0.5 / GRID, hull.max(axis=0) + 0.5 / GRID)
        _draw_box(draw, world_mat, focal, bounds, BOX, 2)
    for axis, (name, colour) in enumerate(AXES.items()):
        ends = _line(np.stack([np.zeros(3), 0.5 * np.eye(3)[axis]]), world_mat, focal)
        if ends is not None:
            draw.line(ends, fill=colour, width=2)
            draw.text(ends[1], name, fill=colour, font=ImageFont.load_default(12), anchor="mm")


def _draw_box(
    draw: ImageDraw.ImageDraw,
    world_mat: np.ndarray,
    focal: float,
    bounds: tuple[np.ndarray | float, np.ndarray | float],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    corners = np.asarray(bounds[0]) + CORNERS * (np.asarray(bounds[1]) - np.asarray(bounds[0]))
    for first, second in EDGES:
        ends = _line(corners[[first, second]], world_mat, focal)
        if ends is not None:
            draw.line(ends, fill=colour, width=width)


def _line(ends: np.ndarray, world_mat: np.ndarray, focal: float) -> list[tuple[float, float]] | None:
    """Return the pixels of a line's ends [2, 3], cut where it passes behind the camera; None if all of it does."""
    camera = ends @ world_mat[:3, :3].T + world_mat[:3, 3]
    near = 0.05
    if (camera[:, 2] < near).all():
        return None
    for end, other in ((0, 1), (1, 0)):
        if camera[end, 2] < near:
            share = (near - camera[end, 2]) / (camera[other, 2] - camera[end, 2])
            camera[end] += share * (camera[other] - camera[end])
    pixels = (camera[:, :2] / camera[:, 2:] * focal + 1.0) / 2.0 * TILE
    return [(float(x), float(y)) for x, y in pixels.clip(-10 * TILE, 10 * TILE)]


def _eroded(mask: np.ndarray) -> np.ndarray:
    """Return a mask without its outermost two pixels."""
    padded = np.pad(mask, 2)
    return padded[4:, 2:-2] & padded[:-4, 2:-2] & padded[2:-2, 4:] & padded[2:-2, :-4] & mask
