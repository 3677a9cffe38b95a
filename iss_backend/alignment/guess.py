"""The first shape of a text, before stage 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from iss_backend.alignment.diversity import perturb_feature
from iss_backend.alignment.mapper import Mapper
from iss_backend.alignment.prior import CodePrior, Near, sample_codes
from iss_backend.alignment.stage2 import Start, anchored_start, plain_start
from iss_backend.alignment.text_image_gap import TextImageGap
from iss_backend.clip import Clip
from iss_backend.errors import BadInputError
from iss_backend.rendering import RenderSettings, render, turntable_cameras
from iss_backend.svr.base import SVRModel

LOOSE_GRID = 32  # cells per side at which loose pieces are looked for

StartKind = Literal["prior", "gap", "mapper"]


@dataclass(frozen=True)
class GuessSettings:
    """How the first code is found.

    Attributes:
        kind: "mapper" starts from M(f_T) as in the paper; "gap" from M of the text feature shifted to where image
            features lie; "prior" draws codes from the prior under that feature and keeps the one whose views agree
            best with the text.
        tau_1: share of the feature in its mix with noise (paper, diversity); 1 is no noise.
        candidates: codes drawn from the prior; each is looked at from `candidate_views` sides.
        prior_steps, guidance: of the prior's sampler.
        loose_penalty: what a candidate loses for the share of it that hangs in the air beside its main piece.
    """

    kind: StartKind = "prior"
    tau_1: float = 1.0
    candidates: int = 10
    candidate_views: int = 3
    prior_steps: int = 16
    guidance: float = 2.0
    loose_penalty: float = 1.0

    def __post_init__(self) -> None:
        if min(self.candidates, self.candidate_views, self.prior_steps) < 1 or not 0.0 <= self.tau_1 <= 1.0:
            raise BadInputError(
                f"No first guess with {self.candidates} candidates of {self.candidate_views} views, {self.prior_steps} "
                f"sampler steps and tau_1 = {self.tau_1}; choose positive numbers, and tau_1 in 0..1."
            )


def first_guess(
    text_feature: Tensor,
    mapper: Mapper,
    prior: CodePrior | None,
    gap: TextImageGap,
    svr: SVRModel,
    clip: Clip,
    settings: GuessSettings,
    generator: torch.Generator,
) -> Start:
    """Return where stage 2 starts for a unit text feature [D]."""
    feature = text_feature if settings.kind == "mapper" else gap.close(text_feature[None])[0]
    return guess_for_feature(feature, text_feature, mapper, prior, svr, clip, settings, generator)


def guess_for_feature(
    feature: Tensor,
    wanted: Tensor,
    mapper: Mapper,
    prior: CodePrior | None,
    svr: SVRModel,
    clip: Clip,
    settings: GuessSettings,
    generator: torch.Generator,
    near: Near | None = None,
) -> Start:
    """Return where stage 2 starts for a unit feature [D] that lies where image features do.

    Args:
        feature: what M and the prior read.
        wanted: unit feature [D], of a text or a picture, by whose agreement with their views samples are chosen.
        mapper, prior, svr, clip: of the bundle.
        settings: see there.
        generator: source of noise and samples.
        near: a code that the prior's samples shall resemble.
    """
    if settings.tau_1 < 1.0:
        feature = perturb_feature(feature, settings.tau_1, generator)
    if settings.kind != "prior" or prior is None:
        return plain_start(mapper, feature) if near is None else anchored_start(mapper, feature, near.code)
    features = feature.expand(settings.candidates, -1)
    codes = sample_codes(prior, features, generator, settings.prior_steps, settings.guidance, near)
    scores = text_agreements(svr, clip, codes, wanted, settings.candidate_views)
    scores = scores - settings.loose_penalty * loose_shares(svr, codes)
    return anchored_start(mapper, feature, codes[scores.argmax()])


def text_agreement(svr: SVRModel, clip: Clip, code: Tensor, text_feature: Tensor, views: int) -> Tensor:
    """Return the mean cosine (a scalar) of a unit text feature [D] and pictures of a code [C] from all sides."""
    return text_agreements(svr, clip, code[None], text_feature, views)[0]


@torch.no_grad()
def text_agreements(svr: SVRModel, clip: Clip, codes: Tensor, text_feature: Tensor, views: int) -> Tensor:
    """Return the mean cosines [N] of a unit text feature [D] and pictures of codes [N, C], in one pass through E_I."""
    cameras = turntable_cameras(views).to(codes.device)
    look = RenderSettings(size=clip.image_size, steps=32, grid=32)
    pictures = [render(svr, svr.prepare(code[None]), cameras, look).rgb for code in codes]
    return (clip.encode_image(torch.cat(pictures)) @ text_feature).view(len(codes), views).mean(dim=1)


@torch.no_grad()
def loose_shares(svr: SVRModel, codes: Tensor) -> Tensor:
    """Return which share of each shape [N] is not part of its largest connected piece; 1 for empty shapes."""
    centres = (torch.arange(LOOSE_GRID, device=codes.device) + 0.5) / LOOSE_GRID - 0.5
    points = torch.cartesian_prod(centres, centres, centres)[None]
    inside = [svr.occupancy(svr.prepare(code[None]), points)[0] > 0 for code in codes]
    return torch.tensor([_loose_share(one.view((LOOSE_GRID,) * 3).cpu().numpy()) for one in inside]).to(codes)


def _loose_share(inside: NDArray[np.bool_]) -> float:
    pieces, _ = ndimage.label(inside, np.ones((3, 3, 3)))
    sizes = np.bincount(pieces[inside])
    return 1.0 - float(sizes.max() / sizes.sum()) if len(sizes) else 1.0
