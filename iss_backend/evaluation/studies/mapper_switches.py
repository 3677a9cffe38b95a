"""The paper's formulas against the official code, one switch at a time: those of stage 1, on held-out pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from iss_backend.alignment.guess import text_agreement
from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.baselines.image_features import shipped_pairs
from iss_backend.evaluation.held_out import CaptionedPicture, captioned_pictures, cosine_distance
from iss_backend.evaluation.studies.table import StudyTable, scores_of_columns
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper

COLUMNS = {"image": "M(f_I) to f_S", "text": "M(f_T) to f_S", "size": "|M(f_T)| / |f_S|", "agreement": "CLIP agreement"}
OFFICIAL_COSINE = 0.96  # of noisy and clean features in the official code
VIEWS = 4


@dataclass(frozen=True)
class MapperSwitchSettings:
    """Pictures that each M learns from, held-out pictures by which it is measured, seeds, and the loop of L_M."""

    pictures: int = 8000
    texts: int = 40
    seeds: int = 2
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=600, learning_rate=1e-3, warmup=50))


@dataclass(frozen=True)
class _Variant:
    """What differs: the loss and the noise, and what follows M's last layer."""

    training: MapperTrainingSettings
    ending: str


def variants(loop: LoopSettings) -> dict[str, _Variant]:
    """Return the paper's mapper and those that differ from it in one thing, and ours."""
    paper = MapperTrainingSettings(lowest_cosine=1.0, loop=loop)
    return {
        "paper's formulas": _Variant(paper, "leaky_relu"),
        "last layer linear (official)": _Variant(paper, "linear"),
        "L_M as L1 (official)": _Variant(replace(paper, norm="l1", weight=1.0), "leaky_relu"),
        "noise of cosine 0.96 (official)": _Variant(replace(paper, lowest_cosine=OFFICIAL_COSINE), "leaky_relu"),
        "all three (official)": _Variant(
            replace(paper, norm="l1", weight=1.0, lowest_cosine=OFFICIAL_COSINE), "linear"
        ),
        "linear, noise down to 0.6 (ours)": _Variant(replace(paper, lowest_cosine=0.6), "linear"),
    }


def compare_mappers(
    bundle: Bundle, shapes: PackedShapes, settings: MapperSwitchSettings, work: Path, report: ProgressCallback
) -> StudyTable:
    """Train an M of each kind on the same pairs, and measure where it leads for held-out captioned pictures.

    Raises:
        BadInputError: the bundle ships no code of a shape of the data, or the data have too few held-out shapes.
    """
    seen = list(captioned_pictures(bundle, shapes, settings.texts, seed=0))
    pairs = shipped_pairs(bundle, shapes, settings.pictures, 0, report)
    rows = {}
    for number, (title, variant) in enumerate(variants(settings.loop).items()):
        samples: list[dict[str, float]] = []
        for seed in range(settings.seeds):
            mapper = _train(bundle, pairs, variant, seed, work / f"mapper_{number}_{seed}.safetensors", report)
            samples += _measure(bundle, mapper, seen, report)
        rows[title] = scores_of_columns(samples, [one.shape for one in seen] * settings.seeds)
    about = {"bundle": bundle.name, "captioned pictures": settings.texts, "seeds": settings.seeds}
    about |= {"steps": settings.loop.steps, "pictures learnt from": settings.pictures}
    return StudyTable("Stage 1: paper's formulas and official code", COLUMNS, rows, about)


def _train(
    bundle: Bundle, pairs: FeatureCodePairs, variant: _Variant, seed: int, checkpoint: Path, report: ProgressCallback
) -> Mapper:
    torch.manual_seed(seed)  # of the initial weights
    sizes = (bundle.clip.feature_size, bundle.svr.code_size)
    mapper = Mapper(MapperConfig(*sizes, final_activation=variant.ending))
    train_mapper(mapper, pairs, replace(variant.training, seed=seed), checkpoint, report)
    return mapper.eval().requires_grad_(False)


@torch.no_grad()
def _measure(
    bundle: Bundle, mapper: Mapper, seen: Sequence[CaptionedPicture], report: ProgressCallback
) -> list[dict[str, float]]:
    """Return distances to f_S, the length of M(f_T) against f_S, and CLIP agreement, for each captioned picture."""
    found = []
    for one in with_progress("held out", seen, report):
        target = bundle.svr.encode(one.picture)[0]
        text = bundle.clip.encode_text([one.caption])[0]
        from_image, from_text = mapper(torch.stack([bundle.clip.encode_image(one.picture)[0], text]))
        found.append(_distances(from_image, from_text, target))
        found[-1]["agreement"] = float(text_agreement(bundle.svr, bundle.clip, from_text, text, VIEWS))
    return found


def _distances(from_image: Tensor, from_text: Tensor, target: Tensor) -> dict[str, float]:
    size = float(from_text.norm() / target.norm())
    return {"image": cosine_distance(from_image, target), "text": cosine_distance(from_text, target), "size": size}
