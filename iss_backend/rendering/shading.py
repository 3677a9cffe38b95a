"""Light for models whose colours are albedo."""

from __future__ import annotations

from torch import Tensor


def headlight(albedo: Tensor, normals: Tensor, rays: Tensor, ambient: float) -> Tensor:
    """Light albedo [H, 3] from the camera: ambient plus Lambert's cosine of normal and viewing direction.

    Args:
        albedo: colours in 0..1, [H, 3].
        normals: outward unit normals [H, 3].
        rays: ray vectors from the camera [H, 3], of any length.
        ambient: share of light without direction, 0..1.
    """
    cosine = -(normals * rays).sum(dim=-1) / rays.norm(dim=-1)
    return albedo * (ambient + (1.0 - ambient) * cosine.clamp(min=0.0))[:, None]
