"""Codes moved to where D knows what it shows. Not in the paper.

Between the codes of two tables with other legs D is undecided about all eight: occupancies there are around one half,
and what comes out is crumbs. A small move of the code makes up its mind, one way or the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.descent import descended
from iss_backend.errors import BadInputError
from iss_backend.rendering import cell_logits
from iss_backend.svr.base import SVRModel


@dataclass(frozen=True)
class SharpeningSettings:
    """How a code is sharpened.

    Attributes:
        steps: of Adam on the code; 0 leaves it as it is.
        learning_rate: of these.
        shift: of the logits: what is likelier than sigmoid(-shift), 0.38, comes forth instead of going away.
        anchor_weight: of the mean squared distance of the code to where it was.
        grid, cells: the least decided cells, so many of `grid`^3, are looked at.
        points: drawn in these cells, each step anew.
    """

    steps: int = 10
    learning_rate: float = 0.02
    shift: float = 0.5
    anchor_weight: float = 0.3
    grid: int = 48
    cells: int = 6000
    points: int = 2048

    def __post_init__(self) -> None:
        counts, rates = (self.grid, self.cells, self.points), (self.learning_rate, self.anchor_weight)
        if self.steps < 0 or min(counts) < 1 or not min(rates) > 0:
            raise BadInputError(
                f"No code can be sharpened in {self.steps} steps at a rate of {self.learning_rate}, anchored by "
                f"{self.anchor_weight}, on {self.points} points in {self.cells} cells of {self.grid} a side; choose "
                "positive numbers, or no steps."
            )


def sharpened(svr: SVRModel, code: Tensor, settings: SharpeningSettings, generator: torch.Generator) -> Tensor:
    """Return the code [C] after some steps on L_H + w mean((z - z_0)^2).

    L_H is the mean binary entropy of occupancies at points near the surface: entropy minimisation (Grandvalet and
    Bengio 2004), here with the weights fixed and the input free.

    Models that cannot be sharpened get their code back.

    Args:
        svr: whose D stands still.
        code: where it begins, [C].
        settings: how.
        generator: draws the points.
    """
    if not settings.steps or not svr.can_be_sharpened:
        return code
    undecided = _undecided_cells(svr, code, settings)

    def gradient_at(moved: Tensor) -> Tensor:
        """Return the gradient [C] of the loss on new points."""
        points = _points_in(undecided, settings, generator)
        with torch.enable_grad():
            moved = moved.detach().requires_grad_(True)
            logits = svr.occupancy(svr.prepare(moved[None]), points[None])
            away = (moved - code).square().mean()
            loss = binary_entropy(logits + settings.shift).mean() + settings.anchor_weight * away
        return torch.autograd.grad(loss, [moved])[0]

    return descended(gradient_at, code, [settings.learning_rate] * settings.steps)


def binary_entropy(logits: Tensor) -> Tensor:
    """Return H(p) = -p log p - (1 - p) log(1 - p) in nats, 0..log 2, of p = sigmoid(logit); any shape."""
    likely, unlikely = torch.sigmoid(logits), torch.sigmoid(-logits)
    return -likely * functional.logsigmoid(logits) - unlikely * functional.logsigmoid(-logits)


@torch.no_grad()
def _undecided_cells(svr: SVRModel, code: Tensor, settings: SharpeningSettings) -> Tensor:
    """Return the places [M, 3], as whole numbers of cells, of those whose shifted logits are nearest to zero."""
    logits = cell_logits(svr, svr.prepare(code[None]), settings.grid, code.device)
    doubt = (logits + settings.shift).abs().flatten()
    chosen = doubt.topk(min(settings.cells, len(doubt)), largest=False).indices
    return torch.stack(torch.unravel_index(chosen, logits.shape), dim=-1)


def _points_in(cells: Tensor, settings: SharpeningSettings, generator: torch.Generator) -> Tensor:
    """Draw points [P, 3] of the cube in cells at the places [M, 3]."""
    chosen = torch.randint(len(cells), (settings.points,), generator=generator)
    inside = torch.rand((settings.points, 3), generator=generator)
    return (cells[chosen.to(cells.device)] + inside.to(cells.device)) / settings.grid - 0.5
