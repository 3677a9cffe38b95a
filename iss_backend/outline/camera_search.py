"""The cameras from which a shape looks most like a picture.

An outline hardly tells the front of a thing from its back, or the left from the right: two witnesses are heard, how a
first code looks from everywhere, and what a network knows of such pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.images import PreparedImage, bounds_of
from iss_backend.outline.poses import Poses, framed_poses
from iss_backend.pixels import pixel_centres
from iss_backend.rendering import cell_logits
from iss_backend.rendering.cameras import FOCAL
from iss_backend.svr.base import SVRModel
from iss_backend.svr.camera_network import AZIMUTHS, CameraGuess, bin_angles

SINES = (-0.1, 0.15, 0.38, 0.62)  # of the elevations that are tried
GRID = 40  # cells a side by which the shape is drawn
PIXELS = 32  # a side of these drawings
APART = 0.4  # radians of azimuth between the poses that are returned
COLOUR_WEIGHT = 0.5  # of the mean colour distance, beside the IoU of the outlines
NETWORK_WEIGHT = 0.1  # of the network's log-probability
SINE_DEVIATION = 0.35  # of its error in the sine of the elevation, generously


@dataclass(frozen=True)
class ShapeCells:
    """Occupied cells of a shape, bool [G, G, G]: their `centres` [N, 3] in the cube and `colours` [N, 3] in 0..1."""

    occupied: Tensor
    centres: Tensor
    colours: Tensor


@torch.no_grad()
def shape_cells(svr: SVRModel, code: Tensor) -> ShapeCells:
    """Return the occupied cells of the shape of a code [C]."""
    field = svr.prepare(code[None])
    occupied = cell_logits(svr, field, GRID, code.device) > 0
    centres = (occupied.nonzero() + 0.5) / GRID - 0.5
    return ShapeCells(occupied, centres, svr.query(field, centres[None])[1][0])


@torch.no_grad()
def likely_poses(cells: ShapeCells, picture: PreparedImage, guess: CameraGuess, framed: bool, count: int) -> Poses:
    """Return the poses, `count` of them at most, that explain a picture best, the best first; none of an empty shape.

    Args:
        cells: the shape that is seen.
        picture: where it is seen.
        guess: of one picture, what the network says of its camera.
        framed: whether the picture shows the cube as the training captures do; else the outlines' boxes are fitted.
        count: how many.
    """
    poses = _poses_everywhere(cells.centres.device)
    if not len(cells.centres):
        return poses[torch.zeros(0, dtype=torch.long)]
    if not framed:
        poses = _fitted_boxes(poses, cells, picture.mask)
    scores = _agreements(poses, cells, picture) + NETWORK_WEIGHT * _log_likelihoods(poses, guess)
    return poses[_well_apart(poses.azimuth, scores.argsort(descending=True), count)]


def _poses_everywhere(device: torch.device) -> Poses:
    elevation = torch.tensor(SINES, device=device).asin()
    return framed_poses(bin_angles(device).repeat(len(SINES)), elevation.repeat_interleave(AZIMUTHS))


def _log_likelihoods(poses: Poses, guess: CameraGuess) -> Tensor:
    """Return what the network thinks of poses [P] whose azimuths are its bins, row by row."""
    deviation = (poses.elevation.sin() - guess.sines[0]) / SINE_DEVIATION
    return guess.azimuths[0].repeat(len(SINES)) - deviation.square()


def _seen(poses: Poses, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Return where points [N, 3] are seen, [P, N, 2] in -1..1, and their depths [P, N]."""
    world = poses.cameras.world_mats
    ahead = torch.einsum("pij,nj->pni", world[:, :3, :3], centres) + world[:, None, :3, 3]
    places = FOCAL * ahead[..., :2] / ahead[..., 2:]
    return poses.zoom[:, None, None] * places + poses.shift[:, None], ahead[..., 2]


def _fitted_boxes(poses: Poses, cells: ShapeCells, mask: Tensor) -> Poses:
    """Return the poses whose zoom and shift bring the box around the drawn shape to that around a mask [S, S]."""
    drawn, _ = _seen(poses, cells.centres)
    low, high = drawn.amin(dim=1), drawn.amax(dim=1)
    (top, bottom), (left, right) = bounds_of(mask)
    corners = low.new_tensor([[left, top], [right - 1, bottom - 1]])
    there_low, there_high = pixel_centres(corners, len(mask))  # of the outermost pixels' centres
    zoom = (there_high - there_low).amax() / (high - low).amax(dim=1).clamp(min=1e-3)
    shift = (there_low + there_high) / 2 - zoom[:, None] * (low + high) / 2
    return Poses(poses.azimuth, poses.elevation, zoom, shift)


def _agreements(poses: Poses, cells: ShapeCells, picture: PreparedImage) -> Tensor:
    """Return for each pose the IoU of drawn and seen outline less the weighed mean distance of colours, [P]."""
    places, depths = _seen(poses, cells.centres)
    pixel = ((places + 1.0) / 2.0 * PIXELS).long().clamp(0, PIXELS - 1)
    index = pixel[..., 1] * PIXELS + pixel[..., 0]
    nearest = depths.new_full((len(poses), PIXELS**2), math.inf).scatter_reduce(1, index, depths, "amin")
    drawn, colours = nearest.isfinite(), depths.new_zeros(len(poses), PIXELS**2, 3)
    pose, cell = (depths <= nearest.gather(1, index)).nonzero(as_tuple=True)
    colours[pose, index[pose, cell]] = cells.colours[cell]
    there, wanted = _shrunk(picture)
    there, wanted = there.to(drawn.device), wanted.to(depths)
    both, either = drawn & there, drawn | there
    distance = ((colours - wanted).abs().mean(dim=-1) * both).sum(dim=1) / both.sum(dim=1).clamp(min=1)
    return both.sum(dim=1) / either.sum(dim=1).clamp(min=1) - COLOUR_WEIGHT * distance


def _shrunk(picture: PreparedImage) -> tuple[Tensor, Tensor]:
    """Return a picture's mask, bool [PIXELS^2], and the object's colours [PIXELS^2, 3], averaged within the mask."""
    mask = picture.mask.to(picture.image)[None, None]
    cover = functional.adaptive_avg_pool2d(mask, PIXELS)
    colours = functional.adaptive_avg_pool2d(picture.image[None] * mask, PIXELS) / cover.clamp(min=1e-3)
    return (cover > 0.5).flatten(), colours[0].flatten(1).T


def _well_apart(azimuths: Tensor, order: Tensor, count: int) -> Tensor:
    """Return the first `count` of an order whose azimuths differ by `APART` from all before."""
    chosen: list[int] = []
    for index in order.tolist():
        if len(chosen) == count:
            break
        turns = azimuths[index] - azimuths[chosen]
        if bool((torch.atan2(turns.sin(), turns.cos()).abs() > APART).all()):
            chosen.append(index)
    return torch.tensor(chosen, dtype=torch.long)
