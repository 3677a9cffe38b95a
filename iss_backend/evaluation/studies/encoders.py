"""E_S + D against E_I + D (paper, section 3.2.1).

Does a CLIP image feature hold as much of a shape as f_S? The paper reports an mIoU of 47.86 against 40.09 per cent on
held-out shapes of ShapeNet.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.evaluation.baselines.image_features import FeatureMapperSettings, train_feature_mapper
from iss_backend.evaluation.metrics.intervals import Score
from iss_backend.evaluation.studies.sources import COLUMNS, scores_by_source
from iss_backend.evaluation.studies.table import StudyTable
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.svr.base import SVRModel
from iss_backend.training.pictures import input_pictures
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import DecoderTrainingSettings, train_decoder
from iss_backend.training.svr import SVRTrainingSettings, require_held_out_side, shape_ious, split_indices

Encoder = Callable[[Tensor], Tensor]  # pictures [B, 3, S, S] -> codes [B, C]


@dataclass(frozen=True)
class EncoderStudySettings:
    """How the encoders are compared.

    Attributes:
        seeds: pictures of each held-out shape.
        decoder_steps: L_D steps in which a copy of D is fine-tuned on each encoder's own codes; 0 leaves that out.
        resolution: cells a side at which shapes are compared.
        mapper: how the code is regressed from f_I.
    """

    seeds: int = 3
    decoder_steps: int = 150
    resolution: int = 32
    mapper: FeatureMapperSettings = field(default_factory=FeatureMapperSettings)


def compare_encoders(
    bundle: Bundle, shapes: PackedShapes, settings: EncoderStudySettings, work: Path, report: ProgressCallback
) -> StudyTable:
    """Measure E_S + D and E_I + D on the same pictures of held-out shapes.

    Args:
        bundle: its E_S, E_I, D and M.
        shapes: packed; E_I + D learns from the training side.
        settings: see there.
        work: folder of checkpoints, gone on with where it exists.
        report: told about every step.

    Raises:
        BadInputError: the bundle ships no code of a shape of the data, or none of the shapes is held out.
    """
    require_held_out_side(shapes)
    clip, svr = bundle.clip, bundle.svr
    mapper = train_feature_mapper(bundle, shapes, settings.mapper, work / "features.safetensors", report)
    encoders: dict[str, tuple[Encoder, SVRModel]] = {
        "E_S + D": (svr.encode, svr),
        "E_I + D": (lambda pictures: mapper(clip.encode_image(pictures)), svr),
        "M(f_I) of stage 1 + D": (lambda pictures: bundle.mapper(clip.encode_image(pictures)), svr),
        "the mean shape": (lambda pictures: torch.zeros(len(pictures), svr.code_size), svr),
    }
    for name in ("E_S + D", "E_I + D") if settings.decoder_steps else ():
        encode = encoders[name][0]
        tuned = _tuned_decoder(bundle, shapes, encode, settings, work / f"{name[:3]}_decoder.safetensors", report)
        encoders[f"{name}, D fine-tuned"] = (encode, tuned)
    measured = with_progress("encoders", encoders.items(), report)
    rows = {name: _row(bundle, shapes, encode, decoder, settings) for name, (encode, decoder) in measured}
    about = {
        "bundle": bundle.name,
        "held-out shapes": len(split_indices(shapes)[1]),
        "pictures of each": settings.seeds,
        "cells a side": settings.resolution,
        "steps of E_I + D": settings.mapper.loop.steps,
        "steps of D": settings.decoder_steps,
        "paper": {"E_S + D": 0.4786, "E_I + D": 0.4009},
    }
    return StudyTable("Reconstruction from one picture, held-out shapes", COLUMNS, rows, about)


def _row(
    bundle: Bundle, shapes: PackedShapes, encode: Encoder, decoder: SVRModel, settings: EncoderStudySettings
) -> dict[str, Score]:
    """Return mIoU of an encoder and a decoder, drawn anew by shapes, over both kinds of shapes and each alone."""
    held_out, size = split_indices(shapes)[1], max(bundle.svr.image_size, bundle.clip.image_size)

    def codes_of(seed: int) -> Callable[[np.ndarray], Tensor]:
        """Return the encoding of one picture, in its own colours, of each shape."""
        return lambda part: encode(_pictures(shapes, part, size, seed))

    ious = torch.stack([
        shape_ious(decoder, shapes, held_out, codes_of(seed), settings.resolution) for seed in range(settings.seeds)
    ])  # fmt: skip
    return scores_by_source(shapes, held_out, ious)


def _pictures(shapes: PackedShapes, part: np.ndarray, size: int, seed: int) -> Tensor:
    palettes = torch.from_numpy(shapes.palettes[part])
    return input_pictures(shapes, part, palettes, np.random.default_rng((seed, int(part[0]))), size)


def _tuned_decoder(
    bundle: Bundle,
    shapes: PackedShapes,
    encode: Encoder,
    settings: EncoderStudySettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> SVRModel:
    """Return a copy of the bundle's model whose D was fine-tuned with L_D on what an encoder sees."""
    svr = copy.deepcopy(bundle.svr)
    size = max(bundle.svr.image_size, bundle.clip.image_size)
    loop = LoopSettings(settings.decoder_steps, learning_rate=6e-4, warmup=10)
    plan = DecoderTrainingSettings(svr=SVRTrainingSettings(loop=loop))

    def codes_of(numbers: np.ndarray, palettes: Tensor) -> Tensor:
        """Return what the encoder makes of one picture of each shape; the same for a training that is resumed."""
        rng = np.random.default_rng((settings.mapper.seed, *numbers.tolist()))
        return encode(input_pictures(shapes, numbers, palettes, rng, size))

    train_decoder(svr, shapes, codes_of, plan, checkpoint, report)
    return svr
