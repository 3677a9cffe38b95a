"""What a bundle can teach without any data set: the codes it ships, and those that its prior draws for texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from iss_backend.alignment.prior import CodePrior, sample_codes
from iss_backend.data.captions import caption, noun_choices
from iss_backend.data.colour_names import BASIC_COLOURS
from iss_backend.data.vocabulary import all_nouns
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.rendering import RenderSettings, random_cameras, render
from iss_backend.svr.base import SVRModel
from iss_backend.weights import read_weights, write_weights

if TYPE_CHECKING:
    from iss_backend.bundle import Bundle

BATCH = 256
CHUNK = 32  # codes whose pictures are written together
GUIDANCE, SAMPLER_STEPS = 2.0, 12
AMBIENT = (0.35, 0.65)
LARGEST_PICTURE = 128  # pixels; E_I enlarges them where it wants more, for rendering would take minutes


@dataclass(frozen=True)
class RememberedCodes:
    """Shape codes [N, C], and a text for each."""

    codes: Tensor
    texts: tuple[str, ...]


def generic_texts(count: int, rng: np.random.Generator) -> list[str]:
    """Draw texts such as "a red armchair": a thing of the vocabulary, three quarters with a colour."""
    nouns = all_nouns()
    drawn = zip(rng.choice(len(nouns), count), rng.choice(len(BASIC_COLOURS), count), strict=True)
    return [caption([nouns[noun]], [(BASIC_COLOURS[colour], 1.0)], rng) for noun, colour in drawn]


@torch.no_grad()
def remember_codes(bundle: Bundle, shipped: int, sampled: int, seed: int) -> RememberedCodes:
    """Return at most `shipped` codes of the bundle's shapes, and `sampled` ones of its prior for generic texts.

    The prior is asked with texts of the bundle's own CLIP, and so hands down what it knows of colours and words. A
    shipped shape's text is its name; a bundle without prior gives shipped codes alone.
    """
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.permutation(len(bundle.shapes.names))[:shipped])
    codes = [bundle.shapes.codes[torch.from_numpy(kept)]]
    texts = [caption(_nouns_of(bundle.shapes.names[number]), (), rng) for number in kept]
    if bundle.prior is not None and sampled:
        asked = generic_texts(sampled, rng)
        generator = torch.Generator().manual_seed(seed)
        for start in range(0, sampled, BATCH):
            features = bundle.gap.close(bundle.clip.encode_text(asked[start : start + BATCH]))
            codes.append(sample_codes(bundle.prior, features, generator, SAMPLER_STEPS, GUIDANCE))
        texts += asked
    return RememberedCodes(torch.cat(codes), tuple(texts))


def _nouns_of(shape_name: str) -> list[str]:
    group, _, name = shape_name.rpartition("/")
    return noun_choices(group, name, group or name)


@torch.no_grad()
def picture_codes(
    svr: SVRModel, codes: Tensor, views: int, size: int, seed: int, folder: Path, report: ProgressCallback
) -> Tensor:
    """Return pictures of codes [N, C] from `views` random sides each, uint8 [N, views, 3, size, size], on white.

    They are kept in `folder` a few codes at a time, and those that lie there are not rendered again.
    """
    meter = ProgressMeter("pictures", len(codes), report)
    chunks = []
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        path = folder / f"pictures_{start:06d}.safetensors"
        if not path.is_file():
            pictures = []
            for number, code in enumerate(part, start):
                pictures.append(_pictures_of(svr, code, views, size, (seed, number)))
                meter.step(number + 1)
            write_weights(path, {"pictures": torch.stack(pictures)})
        chunks.append(read_weights(path)["pictures"])
    return torch.cat(chunks)


def _pictures_of(svr: SVRModel, code: Tensor, views: int, size: int, seed: tuple[int, int]) -> Tensor:
    rng = np.random.default_rng(seed)
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    settings = RenderSettings(size=size, steps=32, grid=32, ambient=float(rng.uniform(*AMBIENT)))
    cameras = random_cameras(views, generator).to(code.device)
    rgb = render(svr, svr.prepare(code[None]), cameras, settings).rgb
    return (rgb.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).cpu()


def unit_interval(pictures: Tensor) -> Tensor:
    """Return bytes as numbers in 0..1."""
    return pictures.float() / 255.0


@torch.no_grad()
def old_answers(prior: CodePrior, features: Tensor, seed: int) -> Tensor:
    """Return one code [N, C] that a prior draws, unguided, for each unit feature [N, D]."""
    generator = torch.Generator().manual_seed(seed)
    parts: Sequence[Tensor] = features.split(BATCH)
    return torch.cat([sample_codes(prior, part, generator, SAMPLER_STEPS, 1.0) for part in parts])
