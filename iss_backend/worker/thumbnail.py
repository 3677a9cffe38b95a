"""A small picture of a result, for the add-on's history."""

from __future__ import annotations

import numpy as np
import torch

from iss_backend.codes import code_of
from iss_backend.memory import on_processor_if_full
from iss_backend.pipeline import TextToShape
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.shape import Shape
from iss_backend.stylisation import restore_style

QUICK = RenderSettings(size=96, steps=32, grid=32)  # a fifth of a second on one core


@on_processor_if_full
@torch.no_grad()  # not inference mode: normals are gradients of the field
def thumbnail(studio: TextToShape, shape: Shape) -> np.ndarray:
    """Return a shaded picture from the front right, uint8 [96, 96, 4] sRGB, top row first; alpha is its outline.

    Raises:
        DeviceError: the memory is exhausted.
    """
    model = restore_style(studio.bundle.svr, shape.weights)
    field = model.prepare(code_of(shape, studio.bundle))
    seen = render(model, field, turntable_cameras(1).to(studio.device), QUICK)
    pixels = torch.cat([seen.rgb[0].clamp(0.0, 1.0), seen.mask.to(seen.rgb)], dim=0)
    return (pixels * 255.0).round().byte().permute(1, 2, 0).contiguous().cpu().numpy()
