"""What SS3D is trained with in place of L_D: volume rendering, also of single pictures whose camera nobody knows.

Depths along a ray are camera-space z, as everywhere here and in the official code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from iss_backend.rendering.cameras import CAPTURE_DISTANCE, Cameras, orbit_cameras
from iss_backend.svr.base import FieldState
from iss_backend.svr.ray_losses import RayTargets

SAMPLES = 80
# Half the stretch of a ray, around the camera's distance from the origin, that is sampled.
REACH = 0.9
ENDLESS = 1e10
# Shares of mask and colour where the camera has to be found too.
MASK_SHARE = 0.2
HYPOTHESES = 10
POSE_STEPS = 10


class DensityField(Protocol):
    """Something with a density [B, P] and colours [B, P, 3] at points [B, P, 3] of fields."""

    def density(self, field: FieldState, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return both."""


@dataclass(frozen=True)
class VolumeRays:
    """What R rays show: colour on black `rgb` [R, 3] and opacity `mask` [R], both in 0..1."""

    rgb: Tensor
    mask: Tensor


def march(model: DensityField, field: FieldState, origins: Tensor, rays: Tensor, samples: int = SAMPLES) -> VolumeRays:
    """Volume-render one field along rays [R, 3] from origins [R, 3].

    The last sample stands for everything behind it and is left out of both sums, as in the official code.
    """
    middle = origins.norm(dim=-1, keepdim=True)
    near, far = (middle - REACH).clamp(min=0.0), middle + REACH
    depth = near + (far - near) * torch.linspace(0.0, 1.0, samples, dtype=rays.dtype, device=rays.device)
    points = origins[:, None] + rays[:, None] * depth[..., None]
    density, colours = model.density(field, points.reshape(1, -1, 3))
    density, colours = density.view(len(rays), samples), colours.view(len(rays), samples, 3)
    gaps = torch.cat([depth.diff(dim=1), torch.full_like(depth[:, :1], ENDLESS)], dim=1)
    opacity = 1.0 - torch.exp(-density * gaps * rays.norm(dim=-1, keepdim=True))
    passed = torch.cumprod(1.0 - opacity[:, :-1] + 1e-10, dim=1)
    share = (opacity * torch.cat([torch.ones_like(depth[:, :1]), passed], dim=1))[:, :-1]
    return VolumeRays((share[..., None] * colours[:, :-1]).sum(dim=1), share.sum(dim=1))


def volume_loss(model: DensityField, field: FieldState, targets: RayTargets, samples: int = SAMPLES) -> Tensor:
    """Return the mean of the squared errors of masks and of colours on black (synthetic pre-training)."""
    seen = march(model, field, targets.origins, targets.rays, samples)
    mask, rgb = _errors(seen, targets.rgb, targets.mask)
    return 0.5 * (mask + rgb)


def _errors(seen: VolumeRays, rgb: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    truth = mask.to(seen.mask)
    return (seen.mask - truth).square().mean(), (seen.rgb - rgb * truth[:, None]).square().mean()


class CameraHypotheses(nn.Module):
    """Ten guesses of the camera of one picture, and how much each is believed.

    Attributes:
        azimuth, elevation: radians [K]; azimuths start evenly around the shape.
        belief: logits [K] of a softmax.

    """

    def __init__(self, count: int = HYPOTHESES, elevation: float = math.radians(20.0)) -> None:
        super().__init__()
        self.azimuth = nn.Parameter(torch.arange(count) * (2.0 * math.pi / count))
        self.elevation = nn.Parameter(torch.full((count,), elevation))
        self.belief = nn.Parameter(torch.zeros(count))

    def cameras(self) -> Cameras:
        """Return the guessed cameras, at the distance of captures."""
        return orbit_cameras(self.azimuth, self.elevation, CAPTURE_DISTANCE)

    def best(self) -> int:
        """Return the number of the hypothesis that is believed most."""
        return int(self.belief.argmax())


@dataclass(frozen=True)
class SinglePicture:
    """A picture without a camera: `rgb` [3, S, S] in 0..1 and its object's `mask` [S, S], bool."""

    rgb: Tensor
    mask: Tensor


def hypotheses_loss(
    model: DensityField,
    field: FieldState,
    guesses: CameraHypotheses,
    picture: SinglePicture,
    pixels: Tensor,
    samples: int = SAMPLES,
) -> Tensor:
    """Return the error of a single picture, averaged over where its camera may be (category fine-tuning).

    Args:
        model: SS3D, or anything with a density.
        field: of one code.
        guesses: the hypotheses of this picture's camera; gradients reach them, the code and D.
        picture: what was seen.
        pixels: numbers [R] of the pixels that are compared, row by row from the top left.
        samples: along each ray.

    """
    cameras = guesses.cameras()
    rays = cameras.rays(picture.mask.shape[-1])[:, pixels]
    rgb, mask = picture.rgb.flatten(1).T[pixels], picture.mask.flatten()[pixels]
    losses = []
    for centre, some in zip(cameras.centres, rays, strict=True):
        seen = march(model, field, centre.expand_as(some), some, samples)
        of_mask, of_rgb = _errors(seen, rgb, mask)
        losses.append(MASK_SHARE * of_mask + (1.0 - MASK_SHARE) * of_rgb)
    return (guesses.belief.softmax(dim=0) * torch.stack(losses)).sum()


def find_cameras(
    model: DensityField,
    field: FieldState,
    guesses: CameraHypotheses,
    picture: SinglePicture,
    pixels: Tensor,
    steps: int = POSE_STEPS,
    learning_rate: float = 0.1,
    samples: int = SAMPLES,
) -> None:
    """Improve the hypotheses by a few Adam steps while the field stays as it is; see `hypotheses_loss`."""
    optimiser = torch.optim.Adam(guesses.parameters(), learning_rate)
    for _ in range(steps):
        optimiser.zero_grad(set_to_none=True)
        loss = hypotheses_loss(model, field, guesses, picture, pixels, samples)
        gradients = torch.autograd.grad(loss, list(guesses.parameters()))
        for parameter, gradient in zip(guesses.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimiser.step()
