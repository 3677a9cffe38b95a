"""A code moved until its shape's outline is the picture's: analysis by synthesis, with D frozen. Not in the paper.

E_S answers with the mean of all shapes that a picture may be of. Of these, the outline tells many apart; the code that
fits it is sought near E_S's answer, together with the camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from iss_backend.alignment.descent import descended
from iss_backend.errors import BadInputError
from iss_backend.outline.poses import Poses
from iss_backend.pixels import pixel_centres
from iss_backend.progress import ProgressCallback, ProgressMeter, ignore_progress
from iss_backend.svr.base import SVRModel

POSE_NUMBERS = 5
POSE_RATE = 1 / 3  # of a pose's numbers to those of a code, in a step
LAST_RATE = 0.1  # of the learning rate, in the last step
NEAREST, FARTHEST = 1.0, 2.4  # depths between which the cube lies, from 1.7 away
OUTSIDE = -20.0  # logit of what lies beyond the cube
MOST_CERTAIN = 12.0  # logit from which a ray pulls no more
NEAR_OUTLINE, BEYOND_OUTLINE = 0.04, 0.1  # of the picture's side, the widths of the bands in which rays are drawn
MEMORY = 0.8  # of a loss, from step to step


@dataclass(frozen=True)
class OutlineSettings:
    """How a code is fitted to a picture's outline.

    Attributes:
        steps: of Adam on the code and the camera; 0 leaves the code as E_S reads it.
        learning_rate: of the code in the first step.
        anchor_weight: of the mean squared distance of the code to where it was.
        rays: through the picture in each step, half of them near the outline.
        samples: along a ray.
        poses: cameras that are tried.
        trial_steps: in which they are.
    """

    steps: int = 40
    learning_rate: float = 0.06
    anchor_weight: float = 0.14
    rays: int = 640
    samples: int = 32
    poses: int = 8
    trial_steps: int = 12

    def __post_init__(self) -> None:
        counts, rates = (self.rays, self.samples, self.poses), (self.learning_rate, self.anchor_weight)
        if min(self.steps, self.trial_steps) < 0 or min(counts) < 1 or not all(rate > 0 for rate in rates):
            raise BadInputError(
                f"No code can be fitted in {self.trial_steps} and {self.steps} steps at a rate of "
                f"{self.learning_rate}, anchored by {self.anchor_weight}, to {self.rays} rays of {self.samples} "
                f"samples from {self.poses} cameras; choose positive numbers, or no steps."
            )


def fitted_to_outline(
    svr: SVRModel,
    code: Tensor,
    poses: Poses,
    mask: Tensor,
    settings: OutlineSettings,
    generator: torch.Generator,
    report: ProgressCallback = ignore_progress,
) -> Tensor:
    """Return the code [C] that shows a mask, bool [S, S], best from the pose that explains it best, near to `code`.

    Args:
        svr: whose D stands still.
        code: where it begins, [C].
        poses: cameras that may have seen it, the likeliest first.
        mask: where the object is.
        settings: how.
        generator: draws the rays.
        report: told about every step.
    """
    meter = ProgressMeter("outline", settings.trial_steps + settings.steps, report)
    if len(poses) > 1 and settings.trial_steps:
        trial = _Fit(svr, code, poses, mask, settings, generator)
        moved = trial.run(settings.trial_steps, meter.step)
        best = trial.losses.argmin(dim=0, keepdim=True).cpu()
        poses = poses.moved(POSE_RATE * moved[:, -POSE_NUMBERS:])[best]
    last = _Fit(svr, code, poses[torch.tensor([0])], mask, settings, generator)
    moved = last.run(settings.steps, lambda step: meter.step(settings.trial_steps + step))
    return code + moved[0, :-POSE_NUMBERS]


class _Fit:
    """Descent on L = BCE(max of D_o's logits along a ray, mask) + w mean((z - z_0)^2), for each pose by itself.

    The largest logit along a ray says how nearly it misses or grazes the shape (`rendering.silhouette`). `losses` [P]
    are running means.
    """

    def __init__(
        self, svr: SVRModel, code: Tensor, poses: Poses, mask: Tensor, settings: OutlineSettings, rng: torch.Generator
    ) -> None:
        self._svr, self._code, self._poses, self._settings, self._generator = svr, code, poses, settings, rng
        self._places, self._near, self._around = _places_of_interest(mask)
        self._inside = mask.flatten()
        self.losses = code.new_full((len(poses),), torch.nan)

    def run(self, steps: int, told: Callable[[int], None]) -> Tensor:
        """Return moves [P, C + 5] of the code and of each pose after some steps, each of which is told."""
        start = self._code.new_zeros(len(self._poses), len(self._code) + POSE_NUMBERS)

        def rates() -> Iterator[float]:
            for step in range(steps):
                told(step)
                yield self._settings.learning_rate * (1.0 - (1.0 - LAST_RATE) * step / steps)

        return descended(self._gradient_at, start, rates())

    def _gradient_at(self, moved: Tensor) -> Tensor:
        chosen = torch.cat([self._draw(self._near), self._draw(self._around)])
        wanted = self._inside[chosen].to(moved).expand(len(moved), -1)
        with torch.enable_grad():
            moved = moved.detach().requires_grad_(True)
            by, camera = moved[:, :-POSE_NUMBERS], POSE_RATE * moved[:, -POSE_NUMBERS:]
            logits = self._largest_logits(self._code + by, self._poses.moved(camera), self._places[chosen].to(moved))
            misfit = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(dim=1)
            losses = misfit + self._settings.anchor_weight * by.square().mean(dim=1)
            (gradient,) = torch.autograd.grad(losses.sum(), [moved])
        now = losses.detach()
        self.losses = torch.where(self.losses.isnan(), now, now.lerp(self.losses, MEMORY))
        return gradient

    def _draw(self, places: Tensor) -> Tensor:
        return places[torch.randint(len(places), (self._settings.rays // 2 + 1,), generator=self._generator)]

    def _largest_logits(self, codes: Tensor, poses: Poses, places: Tensor) -> Tensor:
        """Return the largest logits [P, R] of codes [P, C] along rays of their poses through places [R, 2]."""
        origins, rays = poses.rays(places)
        field, count = self._svr.prepare(codes), self._settings.samples
        jitter = torch.rand(len(places), 1, generator=self._generator)
        ticks = ((torch.arange(count) + jitter) / count).to(rays)  # [R, K]
        depths = NEAREST + (FARTHEST - NEAREST) * ticks.expand(len(codes), -1, -1)
        with torch.no_grad():
            points = origins[:, None, None] + rays[:, :, None] * depths[..., None]
            inside = (points.abs() < 0.5).all(dim=-1)
            logits = self._svr.occupancy(field, points.flatten(1, 2)).view(depths.shape)
            nearest = torch.where(inside, logits, OUTSIDE).argmax(dim=2, keepdim=True)
        nearest_points = origins[:, None] + rays * depths.gather(2, nearest)
        largest = self._svr.occupancy(field, nearest_points).clamp(-MOST_CERTAIN, MOST_CERTAIN)
        return torch.where(inside.gather(2, nearest)[..., 0], largest, OUTSIDE)


def _places_of_interest(mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the pixels' places [S^2, 2], x and y in -1..1, and the indices near the outline and all around."""
    side = len(mask)
    ticks = pixel_centres(torch.arange(side), side)
    rows, columns = torch.meshgrid(ticks, ticks, indexing="ij")
    values = mask.float()[None, None]
    near = _grown(values, NEAR_OUTLINE) != -_grown(-values, NEAR_OUTLINE)
    around = _grown(values, BEYOND_OUTLINE) > 0
    indices = [where.flatten().nonzero().squeeze(-1).cpu() for where in (near, around)]
    return torch.stack([columns, rows], dim=-1).view(-1, 2), *indices


def _grown(values: Tensor, width: float) -> Tensor:
    """Return the largest value within a share of the picture's side around each pixel of [1, 1, S, S]."""
    reach = max(1, round(width * values.shape[-1]))
    return functional.max_pool2d(values, 2 * reach + 1, 1, reach)
