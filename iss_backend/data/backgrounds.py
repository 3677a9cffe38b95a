"""Random backgrounds for CLIP training, so that it looks at the object."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

WHITE_SHARE = 0.5  # what stage 2 shows the CLIP


def random_backgrounds(count: int, size: int, generator: torch.Generator) -> Tensor:
    """Return backgrounds [count, 3, size, size] in 0..1: half white, the others plain, graded or blotchy."""
    kind = torch.rand(count, 1, 1, 1, generator=generator)
    plain = torch.rand(count, 3, 1, 1, generator=generator).expand(-1, -1, size, size)
    corners = torch.rand(count, 3, 2, 2, generator=generator)
    graded = functional.interpolate(corners, (size, size), mode="bilinear", align_corners=True)
    blotches = torch.rand(count, 3, 8, 8, generator=generator)
    blotchy = functional.interpolate(blotches, (size, size), mode="bilinear", align_corners=True)
    rest = (1.0 - WHITE_SHARE) / 3.0
    out = torch.where(kind < WHITE_SHARE, torch.ones_like(plain), plain)
    out = torch.where(kind > 1.0 - 2.0 * rest, graded, out)
    return torch.where(kind > 1.0 - rest, blotchy, out)
