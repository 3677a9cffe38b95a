"""The first shape of a text, before stage 2."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from iss_backend.alignment.known_codes import drawn_to_known
from iss_backend.alignment.prior import CodePrior, Near, sample_codes
from iss_backend.alignment.sharpening import SharpeningSettings
from iss_backend.clip import Clip
from iss_backend.clip.point_tower import POINTS, PointTower
from iss_backend.errors import BadInputError
from iss_backend.rendering import RenderSettings, cell_logits, grid_of_logits, render, turntable_cameras
from iss_backend.rendering.surface_points import coloured_surface_points
from iss_backend.svr.base import FieldState, SVRModel

LOOK_GRID = 32  # cells a side at which candidates are rendered, and their surface and loose pieces looked for

StartKind = Literal["prior", "gap", "mapper"]


@dataclass(frozen=True)
class GuessSettings:
    """How the first code is found.

    Attributes:
        kind: "mapper" starts from M(f_T) as in the paper; "gap" from M of the text feature shifted to where image
            features lie; "prior" draws codes from the prior under that feature and keeps the one whose views
            and form agree best with the text.
        tau_1: share of the feature in its mix with noise (paper, diversity); 1 is no noise.
        candidates: codes drawn from the prior; each is looked at from `candidate_views` sides.
        prior_steps, guidance: of the prior's sampler.
        settle: share of the way that samples are drawn towards what lies between known shapes.
        form_weight: how much the agreement of a candidate's form (see `PointTower`) counts beside that of its views.
        loose_penalty: what a candidate loses for the share of it that hangs in the air beside its main piece.
        sharpening: of the candidate that is kept, and of what E_S says of a picture.
    """

    kind: StartKind = "prior"
    tau_1: float = 1.0
    candidates: int = 10
    candidate_views: int = 3
    prior_steps: int = 16
    guidance: float = 3.0
    settle: float = 0.6
    form_weight: float = 0.5
    loose_penalty: float = 1.0
    sharpening: SharpeningSettings = field(default_factory=SharpeningSettings)

    def __post_init__(self) -> None:
        counts, shares = (self.candidates, self.candidate_views, self.prior_steps), (self.tau_1, self.settle)
        if min(counts) < 1 or not all(0.0 <= share <= 1.0 for share in shares):
            raise BadInputError(
                f"No first guess with {self.candidates} candidates of {self.candidate_views} views, {self.prior_steps} "
                f"sampler steps, tau_1 = {self.tau_1} and settle = {self.settle}; choose positive numbers, the last "
                "two in 0..1."
            )


def draw_candidates(
    prior: CodePrior,
    feature: Tensor,
    known: Tensor,
    settings: GuessSettings,
    generator: torch.Generator,
    near: Near | None = None,
) -> Tensor:
    """Draw codes [N, C] from the prior under a unit feature [D], all of them near to a code where one is given.

    `known` are the codes [M, C] of training shapes, towards which they are drawn as far as they need not be near.
    """
    features = feature.expand(settings.candidates, -1)
    codes = sample_codes(prior, features, generator, settings.prior_steps, settings.guidance, near)
    free = 1.0 if near is None else 1.0 - near.keep
    return drawn_to_known(codes, known, settings.settle * free)


def best_candidate(
    svr: SVRModel,
    clip: Clip,
    tower: PointTower | None,
    codes: Tensor,
    wanted: Tensor,
    settings: GuessSettings,
) -> Tensor:
    """Return the one [C] of the codes [N, C] that agrees best with a unit feature [D] and hangs together.

    Its views have to agree, and its form, where there is a point tower that sees it.
    """
    looks = [look_at(svr, code, settings.candidate_views, clip.image_size) for code in codes]
    loose = torch.tensor([loose_share(look.logits > 0.0) for look in looks])
    scores = agreements(clip, looks, wanted) - settings.loose_penalty * loose.to(codes)
    if tower is not None:
        scores = scores + settings.form_weight * form_agreements(svr, tower, looks, wanted)
    return codes[scores.argmax()]


@dataclass(frozen=True, eq=False)
class Look:
    """What is seen of one code.

    Attributes:
        pictures: [V, 3, S, S] in 0..1, from all sides.
        logits: of its field at the centres of cells, [G, G, G].
        field: as `SVRModel.prepare` made it of the code.
    """

    pictures: Tensor
    logits: Tensor
    field: FieldState


@torch.no_grad()
def look_at(svr: SVRModel, code: Tensor, views: int, size: int) -> Look:
    """Render a code [C] from `views` sides at `size` pixels; its cells are evaluated once for all of it."""
    shape_field = svr.prepare(code[None])
    logits = cell_logits(svr, shape_field, LOOK_GRID, code.device)
    cameras, settings = turntable_cameras(views).to(code.device), RenderSettings(size=size, steps=32, refine=3)
    return Look(render(svr, shape_field, cameras, settings, grid_of_logits(logits)).rgb, logits, shape_field)


@torch.no_grad()
def agreements(clip: Clip, looks: list[Look], wanted: Tensor) -> Tensor:
    """Return the mean cosines [N] of a unit feature [D] and the pictures of N looks, in one pass through E_I."""
    features = clip.encode_image(torch.cat([look.pictures for look in looks]))
    return (features @ wanted).view(len(looks), -1).mean(dim=1)


@torch.no_grad()
def form_agreements(svr: SVRModel, tower: PointTower, looks: list[Look], wanted: Tensor) -> Tensor:
    """Return the cosines [N] of a unit feature [D] and the forms of N looks; -1 where there is no surface."""
    clouds = [coloured_surface_points(svr, look.field, look.logits, POINTS) for look in looks]
    seen = [number for number, cloud in enumerate(clouds) if cloud is not None]
    cosines = wanted.new_full((len(looks),), -1.0)
    if seen:
        cosines[seen] = tower(torch.stack([clouds[number] for number in seen])) @ wanted
    return cosines


def text_agreement(svr: SVRModel, clip: Clip, code: Tensor, text_feature: Tensor, views: int) -> Tensor:
    """Return the mean cosine (a scalar) of a unit text feature [D] and pictures of a code [C] from all sides."""
    return agreements(clip, [look_at(svr, code, views, clip.image_size)], text_feature)[0]


def loose_share(inside: Tensor) -> float:
    """Return which share of the inside cells [G, G, G] is not part of the largest connected piece; 1 if none is."""
    cells = inside.cpu().numpy()
    pieces, _ = ndimage.label(cells, np.ones((3, 3, 3)))
    sizes = np.bincount(pieces[cells])
    return 1.0 - float(sizes.max() / sizes.sum()) if len(sizes) else 1.0
