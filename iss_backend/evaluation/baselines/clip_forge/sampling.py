"""Texts to shapes by CLIP-Forge: the flow's code for a text feature where training knew image features."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from iss_backend.evaluation.baselines.clip_forge.flow import CodeFlow
from iss_backend.evaluation.baselines.clip_forge.training import ClipForge
from iss_backend.evaluation.methods import Made, Method
from iss_backend.pipeline import TextToShape
from iss_backend.shape import Shape

NAME = "clip-forge"
LARGEST_NOISE = 1.0


@torch.no_grad()
def sample_forge_code(flow: CodeFlow, feature: Tensor, seed: int) -> Tensor:
    """Return a code [C] for a unit text feature [D]: noise clipped to +-1, none at all for seed 0 (the mean shape)."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, flow.config.code_size, generator=generator).clamp(-LARGEST_NOISE, LARGEST_NOISE)
    return flow.inverse(noise * float(seed != 0), feature[None])[0]


def clip_forge_method(studio: TextToShape, forge: ClipForge) -> Method:
    """Return CLIP-Forge as a row; `studio` gives its CLIP, its meshing and its drawing."""
    own = TextToShape(replace(studio.bundle, name=NAME, svr=forge.model, decoder=""), studio.device)

    def make(text: str, seed: int) -> Made:
        """Sample a code."""
        feature = studio.bundle.clip.encode_text([text])[0].cpu()
        return Made(Shape(text, sample_forge_code(forge.flow, feature, seed), seed, NAME, {}, {}), own)

    return Method("CLIP-Forge (no colour)", make)
