"""Another CLIP for a bundle, without any data set: M and the prior are trained anew on what the bundle remembers.

The decoder stays as it is. Codes (those that the bundle ships, and those its prior draws for texts) are rendered from
random sides; the other CLIP's features of the pictures and of the texts, with the codes, are the pairs of stage 1.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from iss_backend.alignment.mapper import Mapper
from iss_backend.alignment.prior import CodePrior
from iss_backend.alignment.text_image_gap import TextImageGap, measure_gap
from iss_backend.bundle import CLIP_FOLDER, MANIFEST, Bundle, load_bundle
from iss_backend.clip import Clip
from iss_backend.progress import ProgressCallback, ProgressMeter
from iss_backend.training.clip_sources import check_clip, clip_marks, keep_clip
from iss_backend.training.outputs import begin_work, finish_bundle, without_point_tower
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.remembered import LARGEST_PICTURE, picture_codes, remember_codes, unit_interval
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper, train_prior
from iss_backend.weights import read_weights, sha256_of, write_weights

log = logging.getLogger(__name__)

ENCODED_TOGETHER = 64
SAVE_EVERY_S = 20.0
PAIRS_FILE = "pairs.safetensors"


@dataclass(frozen=True)
class AlignPlan:
    """How a bundle is turned towards another CLIP.

    Attributes:
        clip: the other CLIP, as `clip_sources.keep_clip` reads it.
        name: of the new bundle.
        shipped, sampled: how many of the bundle's codes, and of its prior's for texts, are rendered at most.
        views: pictures of each code.
        steps: of M, and of the prior.
        seed: of every draw.
    """

    clip: str
    name: str
    shipped: int = 1200
    sampled: int = 1200
    views: int = 2
    steps: int = 2500
    seed: int = 0


def align_bundle(source: Path, output: Path, plan: AlignPlan, report: ProgressCallback) -> Bundle:
    """Write the bundle in `source` anew into `output`, for another CLIP; resumes where it was interrupted.

    A point tower, which knows the old CLIP alone, is left out.

    Raises:
        BundleError: the bundle or the CLIP cannot be used.
        OutputError: there is a bundle or a CLIP in `output` already, or it cannot be written.
    """
    bundle = load_bundle(source)
    check_clip(plan.clip)  # before what was begun with another CLIP is removed because of a slip in the name
    work = begin_work(output, plan, {"bundle": sha256_of(source / MANIFEST), "clip": clip_marks(plan.clip)})
    kept = keep_clip(plan.clip, work / CLIP_FOLDER)
    for remark in kept.remarks:
        log.warning("%s", remark)
    pairs, gap = _pairs_and_gap(bundle, kept.clip, plan, work, report)
    mapper, prior = _train(bundle, kept.clip, pairs, plan, work, report)
    notes: dict[str, Any] = {**bundle.notes, "aligned from": bundle.name, "clip": plan.clip}
    if kept.remarks:
        notes["clip remarks"] = list(kept.remarks)
    bare = without_point_tower(bundle)
    aligned = replace(bare, name=plan.name, clip=kept.clip, mapper=mapper, prior=prior, gap=gap, notes=notes)
    finish_bundle(work, output, aligned, work)
    return aligned


def _pairs_and_gap(
    bundle: Bundle, clip: Clip, plan: AlignPlan, work: Path, report: ProgressCallback
) -> tuple[FeatureCodePairs, TextImageGap]:
    """Return the pairs of the other CLIP, and its text-image gap; kept in `work` once they are made."""
    path = work / PAIRS_FILE
    if not path.is_file():
        pairs, gap = _encoded_pairs(bundle, clip, plan, work, report)
        arrays = {"features": pairs.features, "codes": pairs.codes, "texts": pairs.texts}
        write_weights(path, {**arrays, "text_mean": gap.text_mean, "image_mean": gap.image_mean}, half=False)
    kept = read_weights(path)
    gap = TextImageGap(kept["text_mean"], kept["image_mean"])
    return FeatureCodePairs(kept["features"], kept["codes"], kept["texts"]), gap


@torch.no_grad()
def _encoded_pairs(
    bundle: Bundle, clip: Clip, plan: AlignPlan, work: Path, report: ProgressCallback
) -> tuple[FeatureCodePairs, TextImageGap]:
    """Render codes, encode the pictures and the texts, and measure the gap between both."""
    remembered = remember_codes(bundle, plan.shipped, plan.sampled, plan.seed)
    size = min(clip.image_size, LARGEST_PICTURE)
    pictures = picture_codes(bundle.svr, remembered.codes, plan.views, size, plan.seed, work, report)
    features = encode_pictures(clip, pictures.flatten(0, 1), report)
    texts = encode_texts(clip, remembered.texts)
    gap = measure_gap(texts, features)
    # The prior is asked with text features moved to where those of pictures lie, so it is trained with such.
    told = gap.close(texts)[:, None].repeat_interleave(plan.views, dim=0)  # one caption of each picture
    return FeatureCodePairs(features, remembered.codes.repeat_interleave(plan.views, dim=0), told), gap


@torch.no_grad()
def encode_pictures(clip: Clip, pictures: Tensor, report: ProgressCallback) -> Tensor:
    """Return unit features [N, D] of pictures, uint8 [N, 3, S, S]."""
    meter, features = ProgressMeter("features", len(pictures), report), []
    for start in range(0, len(pictures), ENCODED_TOGETHER):
        part = pictures[start : start + ENCODED_TOGETHER]
        features.append(clip.encode_image(unit_interval(part)))
        meter.step(start + len(part))
    return torch.cat(features)


@torch.no_grad()
def encode_texts(clip: Clip, texts: Sequence[str]) -> Tensor:
    """Return unit features [N, D] of texts."""
    starts = range(0, len(texts), ENCODED_TOGETHER)
    return torch.cat([clip.encode_text(texts[start : start + ENCODED_TOGETHER]) for start in starts])


def _train(
    bundle: Bundle, clip: Clip, pairs: FeatureCodePairs, plan: AlignPlan, work: Path, report: ProgressCallback
) -> tuple[Mapper, CodePrior | None]:
    """Return M and the prior of the bundle's sizes, but for the other CLIP's features, trained from random weights."""
    loop = LoopSettings(steps=plan.steps, learning_rate=5e-4, checkpoint_every_s=SAVE_EVERY_S)
    settings = MapperTrainingSettings(seed=plan.seed, loop=loop)
    torch.manual_seed(plan.seed)  # of the initial weights
    mapper = Mapper(replace(bundle.mapper.config, feature_size=clip.feature_size))
    train_mapper(mapper, pairs, settings, work / "mapper.safetensors", report)
    prior = None
    if bundle.prior is not None:
        prior = CodePrior(replace(bundle.prior.config, feature_size=clip.feature_size))
        train_prior(prior, pairs, settings, work / "prior.safetensors", report)
        prior.eval().requires_grad_(False)
    return mapper.eval().requires_grad_(False), prior
