"""Stage 1 from pairs alone: M and the prior for a model whose D stays as it is, and the bundle of them all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import measure_gap
from iss_backend.bundle import CLIP_FOLDER, Bundle, ShapeCodes, write_bundle
from iss_backend.clip import Clip
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.training.outputs import copy_clip
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper, train_prior

# Texts that the text-image gap is measured with.
TEMPLATES = ("a {}", "a red {}", "a blue {}", "a green {}", "a yellow {}", "a black {}", "a white {}", "a grey {}")


@dataclass(frozen=True)
class PairsPlan:
    """Steps of M and of the prior, seed, name of the bundle, and what the shapes are in words: ("car",)."""

    steps: int
    seed: int
    name: str
    words: tuple[str, ...]


def write_bundle_of_pairs(
    run: Path,
    work: Path,
    folder: Path,
    models: tuple[SVRModel, Clip],
    pairs: FeatureCodePairs,
    kept: ShapeCodes,
    plan: PairsPlan,
    notes: dict[str, Any],
    report: ProgressCallback,
) -> None:
    """Train M and the prior on pairs, and write a bundle with the CLIP of a run folder.

    Args:
        run: folder with clip/.
        work: folder of checkpoints, which belong to these pairs and this plan.
        folder: of the bundle.
        models: E_S + D, and the CLIP.
        pairs: features and codes of the same pictures.
        kept: codes that the bundle ships.
        plan: how.
        notes: for the manifest.
        report: told about every step.

    Raises:
        OutputError: the bundle cannot be written.
    """
    svr, clip = models
    torch.manual_seed(plan.seed)  # of the initial weights
    mapper = Mapper(MapperConfig(clip.feature_size, svr.code_size, final_activation=svr.code_ending))
    prior = CodePrior(PriorConfig(clip.feature_size, svr.code_size))
    settings = MapperTrainingSettings(seed=plan.seed, loop=LoopSettings(steps=plan.steps, learning_rate=5e-4))
    train_mapper(mapper, pairs, settings, work / "mapper.safetensors", report)
    train_prior(prior, pairs, settings, work / "prior.safetensors", report)
    gap = measure_gap(_texts(clip, plan.words), pairs.features)
    copy_clip(run / CLIP_FOLDER, folder / CLIP_FOLDER)
    write_bundle(folder, Bundle(plan.name, clip, svr, mapper.eval(), prior.eval(), gap, kept, notes))


@torch.no_grad()
def _texts(clip: Clip, words: tuple[str, ...]) -> Tensor:
    return clip.encode_text([template.format(word) for word in words for template in TEMPLATES])
