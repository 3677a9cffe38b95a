"""The code of a mesh: the start that E_S reads off its pictures, and descent with D frozen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from iss_backend.fitting.volume import MeshVolume, VolumeModel
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.settings import FromMeshSettings
from iss_backend.svr.base import SVRModel
from iss_backend.svr.losses import FieldSamples, svr_point_loss

EVERYWHERE_SHARE = 0.4  # of the points in a step; the others lie about the surface
NEAR = 0.03  # standard deviation of their distance from it, along each axis
LOOK_SIZE = 96  # pixels per side of what E_S is shown


@torch.no_grad()
def first_code(svr: SVRModel, volume: MeshVolume, settings: FromMeshSettings, device: torch.device) -> Tensor:
    """Return the code [C] that fits best of those that E_S reads off pictures from all sides, and their mean."""
    model = VolumeModel(volume).to(device)
    cameras = turntable_cameras(settings.views).to(device)
    look = RenderSettings(size=LOOK_SIZE, steps=96, grid=48)
    codes = svr.encode(render(model, torch.zeros(1, 1, device=device), cameras, look).rgb)
    candidates = torch.cat([codes, codes.mean(dim=0, keepdim=True)])
    samples = draw_samples(volume, settings, np.random.default_rng((settings.seed, 0)), device)
    losses = [svr_point_loss(svr, svr.prepare(code[None]), samples, settings.weights) for code in candidates]
    return candidates[int(torch.stack(losses).argmin())]


def fit_code(
    svr: SVRModel, volume: MeshVolume, start: Tensor, settings: FromMeshSettings
) -> Iterator[tuple[int, Tensor, float]]:
    """Descend L_D from a code [C] with D frozen; yield the step, the code after it, and the loss before it."""
    raw = start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([raw], settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(1, settings.steps))
    for step in range(settings.steps):
        rng = np.random.default_rng((settings.seed, step + 1))
        samples = draw_samples(volume, settings, rng, start.device)
        loss = svr_point_loss(svr, svr.prepare(raw[None]), samples, settings.weights)
        loss = loss + settings.code_weight * raw.square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        if svr.code_ending == "sigmoid":
            raw.data.clamp_(0.0, 1.0)
        yield step + 1, raw.detach().clone(), loss.item()


def draw_samples(
    volume: MeshVolume, settings: FromMeshSettings, rng: np.random.Generator, device: torch.device
) -> FieldSamples:
    """Draw points of one mesh: some anywhere in the cube, most about its surface; and coloured surface points."""
    anywhere = round(EVERYWHERE_SHARE * settings.points)
    near = volume.points[rng.integers(0, len(volume.points), settings.points - anywhere)]
    near = near + NEAR * torch.from_numpy(rng.standard_normal(near.shape).astype(np.float32))
    spread = torch.from_numpy(rng.random((anywhere, 3), np.float32) - np.float32(0.5))
    points = torch.cat([spread, near])
    chosen = rng.integers(0, len(volume.points), settings.colours)
    parts = (points, volume.inside(points), volume.points[chosen], volume.colours[chosen])
    return FieldSamples(*(part[None].to(device) for part in parts))


@torch.no_grad()
def volume_iou(svr: SVRModel, code: Tensor, volume: MeshVolume, stride: int = 2) -> float:
    """Return the intersection over union, 0..1, of a code's field and a mesh at the centres of every few cells."""
    size = volume.occupied.shape[0]
    ticks = (torch.arange(0, size, stride) + 0.5) / size - 0.5
    points = torch.cartesian_prod(ticks, ticks, ticks).to(code.device)
    field_state = svr.prepare(code[None])
    parts = [svr.occupancy(field_state, part[None])[0] > 0 for part in points.split(32768)]
    inside, truth = torch.cat(parts).cpu(), volume.occupied[::stride, ::stride, ::stride].flatten()
    return float((inside & truth).sum() / (inside | truth).sum().clamp(min=1))
