"""Boxes, and pictures of them."""

import pytest
import torch
from box_model import Boxes

from iss_backend.images import PreparedImage
from iss_backend.outline.poses import framed_poses
from iss_backend.rendering import RenderSettings, render


@pytest.fixture()
def boxes():
    """Return a model whose codes are half sides of boxes."""
    return Boxes()


@pytest.fixture()
def picture_of(boxes):
    """Return a function that draws a box of some half sides, framed, from some angles."""

    def draw(half_sides, azimuth, elevation):
        pose = framed_poses(torch.tensor([azimuth]), torch.tensor([elevation]))
        field = boxes.prepare(torch.tensor([half_sides]))
        seen = render(boxes, field, pose.cameras, RenderSettings(size=96, steps=96, grid=48))
        mask = seen.mask[0].detach()
        return PreparedImage(torch.where(mask, seen.rgb[0].detach(), 1.0), mask)

    return draw
