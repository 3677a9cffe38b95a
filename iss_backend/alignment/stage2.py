"""Stage 2: fine-tuning a copy of the mapper for one text, with the decoder fixed (paper, section 3.3)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from iss_backend.alignment.losses import Norm, background_loss, clip_consistency_loss
from iss_backend.alignment.mapper import Mapper
from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.memory import is_out_of_memory, warn_of_little_memory
from iss_backend.rendering import Cameras, RenderSettings, build_occupancy_grid, random_cameras, render
from iss_backend.rendering.occupancy_grid import OccupancyGrid
from iss_backend.svr.base import FieldState, SVRModel

# What else a code [C] and its field shall obey: returns a scalar that is added to the loss.
Penalty = Callable[[Tensor, FieldState], Tensor]


@dataclass(frozen=True)
class Stage2Settings:
    """How M is fine-tuned.

    Attributes:
        steps: optimiser steps (paper and official code: 20; hard texts 30).
        views: m random views per step (official code: 10).
        learning_rate: of Adam on M's parameters (official code: 1e-4).
        clip_weight, background_weight: of L_C and L_bg per view (official code: 4 and 3).
        background_norm: squared L2 as in the paper, or the official code's L1.
        grid_every: steps between refreshes of the occupancy grid; the shape moves little in a step.
        render: size and sampling of the views.
    """

    steps: int = 20
    views: int = 10
    learning_rate: float = 1e-4
    clip_weight: float = 4.0
    background_weight: float = 3.0
    background_norm: Norm = "squared_l2"
    grid_every: int = 4
    render: RenderSettings = field(default_factory=RenderSettings)

    def __post_init__(self) -> None:
        if self.steps < 0 or self.views < 1 or self.grid_every < 1 or not self.learning_rate > 0:
            raise BadInputError(
                f"Stage 2 cannot run with {self.steps} steps of {self.views} views, the grid refreshed every "
                f"{self.grid_every}, at a rate of {self.learning_rate}; choose positive numbers."
            )


@dataclass(frozen=True)
class Start:
    """Where stage 2 starts: the shape code is M'(feature) + offset.

    `feature` [D] is what M reads (f_T in the paper). `offset` [C] is zero in the paper; a start chosen by the prior
    is code - M(feature), so that the first code is the chosen one and M' moves it from there.
    """

    feature: Tensor
    offset: Tensor

    @torch.no_grad()
    def code(self, mapper: Mapper) -> Tensor:
        """Return the shape code [C] that M, or a fine-tuned M', makes of it, without a graph."""
        return mapper(self.feature[None])[0] + self.offset


@dataclass(frozen=True)
class Stage2Step:
    """The state after `step` steps: shape `code` [C], the last `loss` and mean CLIP `agreement` of its views."""

    step: int
    code: Tensor
    loss: float
    agreement: float


def plain_start(mapper: Mapper, feature: Tensor) -> Start:
    """Return the paper's start: the code is M(feature) for a unit feature [D]."""
    return Start(feature, feature.new_zeros(mapper.config.code_size))


def anchored_start(mapper: Mapper, feature: Tensor, code: Tensor) -> Start:
    """Return the start whose first shape code is `code` [C]."""
    with torch.no_grad():
        return Start(feature, code - mapper(feature[None])[0])


def run_stage2(
    mapper: Mapper,
    svr: SVRModel,
    clip: Clip,
    start: Start,
    target: Tensor,
    settings: Stage2Settings,
    generator: torch.Generator,
    penalty: Penalty | None = None,
) -> Iterator[Stage2Step]:
    """Fine-tune a copy of M with L_C (3) + lambda_bg L_bg (2) towards the unit text feature `target` [D].

    Yields the state after every step, so that callers can show it, keep the best, or stop. The bundle's mapper is
    never changed: every text restarts from stage 1. `penalty` keeps an edited shape near to what it was.

    Warns:
        LittleMemoryWarning: the memory was exhausted; the views are taken in groups, whose gradients add up, and at
            last in half precision on CUDA.
    """
    if not settings.steps:  # the first optimiser of a process imports PyTorch's compiler: a second
        return
    tuned = copy.deepcopy(mapper).requires_grad_(True)
    optimiser = torch.optim.Adam(tuned.parameters(), settings.learning_rate)
    grid: OccupancyGrid | None = None
    room, objective = _Room(settings.views), _Objective(svr, clip, target, settings)
    for step in range(settings.steps):
        cameras = random_cameras(settings.views, generator).to(target.device)
        while True:
            optimiser.zero_grad(set_to_none=True)
            codes = tuned(start.feature[None]) + start.offset
            shape_field = svr.prepare(codes)
            if grid is None or step % settings.grid_every == 0:
                grid = build_occupancy_grid(svr, shape_field, settings.render.grid, target.device)
            extra = penalty(codes[0], shape_field) if penalty is not None else codes.new_zeros(())
            try:
                with torch.autocast(target.device.type, torch.float16, enabled=room.half):
                    loss, agreement = objective.learn(shape_field, grid, cameras, room.at_once, extra)
                break
            except (RuntimeError, MemoryError) as error:
                room = _smaller_room(room, settings.views, target.device, error)
        optimiser.step()
        yield Stage2Step(step + 1, start.code(tuned), loss, agreement)


@dataclass(frozen=True)
class _Room:
    """What the memory holds: `at_once` views of a step, in `half` precision or not."""

    at_once: int
    half: bool = False


def _smaller_room(room: _Room, views: int, device: torch.device, error: Exception) -> _Room:
    """Return what to try after a step of so many views exhausted the memory, and warn; else raise."""
    if not is_out_of_memory(error):
        raise error
    if room.at_once > 1:
        fewer = (room.at_once + 1) // 2
        warn_of_little_memory(f"stage 2 goes on with {fewer} of its {views} views at a time")
        return _Room(fewer)
    if device.type == "cuda" and not room.half:
        warn_of_little_memory("stage 2 goes on in half precision")
        return _Room(1, half=True)
    raise error


@dataclass(frozen=True)
class _Objective:
    """What a step minimises: L_C (3) + lambda_bg L_bg (2) towards a unit text feature `target` [D]."""

    svr: SVRModel
    clip: Clip
    target: Tensor
    settings: Stage2Settings

    def learn(
        self, shape_field: FieldState, grid: OccupancyGrid, cameras: Cameras, at_once: int, extra: Tensor
    ) -> tuple[float, float]:
        """Accumulate the gradients of all views, `at_once` of them at a time, and of an `extra` loss.

        Returns:
            The loss, and the mean cosine of the views' features and the target.
        """
        total, agreement = extra.item(), 0.0
        groups = cameras.world_mats.split(at_once)
        for number, mats in enumerate(groups):
            loss, cosines = self._of_views(shape_field, grid, Cameras(mats, cameras.focal))
            total, agreement = total + loss.item(), agreement + cosines
            last = number == len(groups) - 1
            (loss + extra if last else loss).backward(retain_graph=not last)
        return total, agreement / len(cameras)

    def _of_views(self, shape_field: FieldState, grid: OccupancyGrid, cameras: Cameras) -> tuple[Tensor, float]:
        """Return the loss of some views, and the sum of the cosines of their features and the target."""
        settings = self.settings
        views = render(self.svr, shape_field, cameras, settings.render, grid)
        agreement = clip_consistency_loss(self.clip.encode_image(views.rgb), self.target)
        background = background_loss(views.missed_rgb, settings.background_norm)
        loss = settings.clip_weight * agreement + settings.background_weight * len(cameras) * background
        return loss, len(cameras) - agreement.item()
