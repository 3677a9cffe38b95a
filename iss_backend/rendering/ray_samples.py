"""Where the samples along rays lie, and which of them can matter."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# Depths [R] before and behind which no sample of R rays can matter; see `OccupancyGrid.reach`.
Reach = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Spans:
    """R rays with `count` samples each, spread evenly from depth `enter` [R] to `leave` [R]."""

    enter: Tensor
    leave: Tensor
    count: int

    def depths(self, rays: Tensor, first: Tensor, count: int) -> Tensor:
        """Return the depths [N, count] of the samples from number `first` [N] on, of rays [N]."""
        numbers = first[:, None] + torch.arange(count, device=first.device)
        shares = (numbers.to(self.enter.dtype) + 0.5) / self.count
        return self.enter[rays, None] + (self.leave - self.enter)[rays, None] * shares

    def before(self, rays: Tensor, number: Tensor) -> Tensor:
        """Return the depths [N] of the samples before `number` [N] of rays [N]; where they enter, before the first."""
        return torch.where(number > 0, self.depths(rays, number - 1, 1)[:, 0], self.enter[rays])

    def numbers_within(self, reach: Reach | None) -> tuple[Tensor, Tensor]:
        """Return the numbers of the first and the last sample [R] within reach; first > last where there is none."""
        if reach is None:
            first = torch.zeros_like(self.enter, dtype=torch.long)
            return first, first + self.count - 1
        length = (self.leave - self.enter).clamp(min=1e-9)
        near, far = ((depth - self.enter) / length * self.count - 0.5 for depth in reach)
        empty = reach[0] > reach[1]
        first = near.floor().clamp(0, self.count).masked_fill(empty, self.count).long()
        return first, far.ceil().clamp(-1, self.count - 1).masked_fill(empty, -1).long()


def intersect_box(origins: Tensor, rays: Tensor, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """Return the ray parameters [R] where rays [R, 3] from origins [R, 3] enter and leave a box.

    The box has the corners `low` [3] and `high` [3]. The parameters are at least 0; for rays that miss the box,
    enter >= leave.
    """
    safe = torch.where(rays.abs() < 1e-9, torch.full_like(rays, 1e-9), rays)
    first, second = (low - origins) / safe, (high - origins) / safe
    enter = torch.minimum(first, second).amax(dim=-1)
    leave = torch.maximum(first, second).amin(dim=-1)
    return enter.clamp(min=0.0), leave.clamp(min=0.0)
