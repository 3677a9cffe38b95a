"""What the paper's way and Dream Fields' loop would cost here: parts are timed, steps and runs extrapolated.

Cost does not depend on what the weights say, so random ones serve.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from iss_backend.clip import Clip
from iss_backend.evaluation.benchmark.clock import Timing, measure
from iss_backend.evaluation.methods import DENSE_SAMPLES, DENSE_SECANTS
from iss_backend.svr.base import SVRModel
from iss_backend.svr.dvr import DvrConfig, DvrModel

PAPER_STEPS = 20
# Dream Fields' published medium quality: pixels, samples per ray, crops per step, steps.
DREAM_SIZE, DREAM_SAMPLES, DREAM_CROPS, DREAM_STEPS = 168, 192, 8, 10_000


@dataclass(frozen=True)
class Baseline:
    """A way of generating: its `step` and its `steps`; `how` it was arrived at, in words."""

    step: Timing
    steps: int
    how: str

    @property
    def whole(self) -> Timing:
        """The timing of all steps, extrapolated."""
        return self.step.scaled(self.steps)


def dense_march(
    model: SVRModel, clip: Clip, views: int, size: int, hits: float, points: int, device: torch.device
) -> Baseline:
    """Return the cost of the paper's stage 2 with a decoder, on as many views of the same size with the same CLIP.

    Every ray is marched through all its samples, hits are refined by secants, and then asked once with a gradient, as
    rays that miss are for L_bg. The mapper and the optimiser are left out, which favours the baseline.

    Args:
        model: whose decoder is asked.
        clip: E_I.
        views, size: of the pictures.
        hits: share of the rays that hit.
        points: how many points are timed.
        device: where.
    """
    field = model.prepare(torch.zeros(1, model.code_size, device=device))
    places = torch.rand(1, points, 3, device=device) - 0.5
    with torch.no_grad():
        forward = measure(lambda: model.query(field, places), 1, device)
    rays = views * size**2
    queries = rays * DENSE_SAMPLES + rays * hits * DENSE_SECANTS
    learning = measure(lambda: _query_with_gradient(model, places[:, : points // 4], device), 1, device)
    seeing = clip_step(clip, views, device)
    step = forward.scaled(queries / points) + learning.scaled(rays / (points // 4)) + seeing
    how = (
        f"{points} points timed, scaled to {queries / 1e6:.1f} million queries and {rays} with gradients a step; "
        f"{PAPER_STEPS} steps"
    )
    return Baseline(step, PAPER_STEPS, how)


def paper_decoder(device: torch.device) -> SVRModel:
    """Return DVR as published, with random weights."""
    return DvrModel(DvrConfig()).to(device).eval().requires_grad_(False)


def _query_with_gradient(model: SVRModel, places: Tensor, device: torch.device) -> None:
    codes = torch.zeros(1, model.code_size, device=device, requires_grad=True)
    logits, colours = model.query(model.prepare(codes), places)
    (logits.sum() + colours.sum()).backward()


def clip_step(clip: Clip, views: int, device: torch.device) -> Timing:
    """Return the timing of E_I forward and backward on V pictures."""
    pictures = torch.rand(views, 3, clip.image_size, clip.image_size, device=device, requires_grad=True)
    return measure(lambda: clip.encode_image(pictures).sum().backward(), 2, device)


class DreamField(nn.Module):
    """The network of Dream Fields: 128 wide, four residual blocks of 256, on 8 frequencies."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(48, 128)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(128, 256), nn.SiLU(), nn.Linear(256, 128)) for _ in range(4)
        )
        self.last = nn.Sequential(nn.SiLU(), nn.Linear(128, 128), nn.SiLU(), nn.Linear(128, 4))

    def forward(self, points: Tensor) -> Tensor:
        """Return density and colour [N, 4] at points [N, 3]."""
        angles = (points[:, None] * 2.0 ** torch.arange(8, device=points.device)[:, None]).flatten(1)
        hidden = self.first(torch.cat([angles.sin(), angles.cos()], dim=-1))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.last(hidden)


def dream_fields(clip: Clip, points: int, device: torch.device) -> Baseline:
    """Return the cost of Dream Fields' loop at its medium quality, with our CLIP in place of its larger ViT-B/16."""
    network = DreamField().to(device)
    places = torch.rand(points, 3, device=device) - 0.5

    def learn() -> None:
        network.zero_grad(set_to_none=True)
        network(places).sum().backward()

    asked = DREAM_SIZE**2 * DREAM_SAMPLES
    step = measure(learn, 1, device).scaled(asked / points) + clip_step(clip, DREAM_CROPS, device)
    how = (
        f"{points} points timed with gradients, scaled to {asked / 1e6:.1f} million a step "
        f"({DREAM_SIZE}^2 pixels, {DREAM_SAMPLES} samples), with our CLIP on {DREAM_CROPS} crops; {DREAM_STEPS} steps"
    )
    return Baseline(step, DREAM_STEPS, how)
