"""Stage 1 on captures that cannot be packed (RGB alone, CO3D, ShapeNet by NMR...): pictures and rays are all there is.

M and the prior learn from E_I and E_S of the same pictures, D from L_D along rays and L_bg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from iss_backend.alignment.losses import background_loss
from iss_backend.bundle import CLIP_FOLDER, ShapeCodes
from iss_backend.clip import Clip, load_clip
from iss_backend.data.metadata import category_names
from iss_backend.data.multi_view import shape_folders
from iss_backend.data.split_files import split_folders
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback, with_progress
from iss_backend.svr.base import SVRModel
from iss_backend.svr.ray_losses import RayTargets, svr_ray_loss
from iss_backend.training.code_scale import standardise_codes
from iss_backend.training.outputs import begin_stage, marks_in, marks_of, require_new_bundle
from iss_backend.training.pairs import FeatureCodePairs, kept_pairs
from iss_backend.training.pairs_bundle import PairsPlan, write_bundle_of_pairs
from iss_backend.training.ray_batches import RayBatches, encoder_picture, views_of
from iss_backend.training.recipes import SVR_FILES, Stage1Plan, load_trained_svr
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.stage1 import missed_colours
from iss_backend.training.svr_rays import SVRRaySettings

# As in the official code, where L_D is a sum over rays too.
BACKGROUND_WEIGHT = 30.0
BACKGROUND_DEPTH = 1.0
RATE = 1e-4


def train_captures_bundle(data: Path, output: Path, folder: Path, plan: Stage1Plan, report: ProgressCallback) -> None:
    """Carry out stage 1 on the SVR model and the CLIP of a run folder with captures, and write a bundle.

    Checkpoints lie in OUTPUT/checkpoints/stage1; those of another plan, SVR model, CLIP or data set are removed.

    Raises:
        BadInputError: no captured shape is left to train on, one cannot be read, or the run folder lacks a model.
        BundleError: the run folder lacks a CLIP.
        OutputError: there is a bundle or another CLIP in `folder` already, it is the run folder itself, or a file
            cannot be written.
    """
    require_new_bundle(folder, output)
    train, test = split_folders(shape_folders(data))
    if not train:
        raise BadInputError(f"All {len(test)} captured shapes are held out by their split; capture more shapes.")
    svr, clip = load_trained_svr(output), load_clip(output / CLIP_FOLDER)
    work = begin_stage(output, "stage1", plan, marks_of(None, data) | marks_in(output, *SVR_FILES, CLIP_FOLDER))

    def encode() -> FeatureCodePairs:
        """Encode the pictures."""
        return encode_captures(svr, clip, train, plan.pairs, plan.seed, report)

    pairs = kept_pairs(work / "pairs.safetensors", encode)
    pairs = replace(pairs, codes=standardise_codes(svr, pairs.codes))
    if plan.decoder_steps:
        settings = SVRRaySettings(seed=plan.seed, loop=LoopSettings(plan.decoder_steps, RATE, warmup=50))
        train_decoder_by_rays(svr, train, settings, work / "decoder.safetensors", report)
    names = category_names(data)
    kept = ShapeCodes(_mean_codes(pairs.codes, len(train)), _names_of(train, names))
    words = tuple(sorted({names.get(path.parent.name, path.parent.name) for path in train}))
    notes = {"training shapes": len(train), "held-out shapes": len(test), "language": "English"}
    of_pairs = PairsPlan(plan.steps, plan.seed, plan.name, words)
    write_bundle_of_pairs(output, work, folder, (svr, clip), pairs, kept, of_pairs, notes, report)


def _names_of(folders: Sequence[Path], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{names.get(path.parent.name, path.parent.name)}/{path.name}" for path in folders)


@torch.no_grad()
def encode_captures(
    svr: SVRModel, clip: Clip, folders: Sequence[Path], count: int, seed: int, report: ProgressCallback
) -> FeatureCodePairs:
    """Encode `count` pictures, at least one of each of M shapes, with E_I and E_S; number n shows shape n % M."""
    rng, size = np.random.default_rng(seed), max(svr.image_size, clip.image_size)
    views = [views_of(folder) for folder in folders]
    count = max(count, len(folders))
    features, codes = [], []
    for number in with_progress("pairs", range(count), report):
        shape = number % len(folders)
        picture = encoder_picture(folders[shape], views[shape], rng, size)[None]
        features.append(clip.encode_image(picture))
        codes.append(svr.encode(picture))
    return FeatureCodePairs(torch.cat(features), torch.cat(codes))


def _mean_codes(codes: Tensor, count: int) -> Tensor:
    """Return the mean code [count, C] of each shape, of codes [N, C] of pictures for which the shapes took turns."""
    return torch.stack([codes[shape::count].mean(dim=0) for shape in range(count)])


def train_decoder_by_rays(
    svr: SVRModel, folders: Sequence[Path], settings: SVRRaySettings, checkpoint: Path, report: ProgressCallback
) -> None:
    """Fine-tune D with L_D along rays + lambda_bg L_bg (2) on codes of E_S, which is frozen.

    A model without parameters to fine-tune stays as it is.
    """
    svr.eval().requires_grad_(False)
    decoder = nn.ParameterList(svr.decoder_parameters()).requires_grad_(True)
    batches = RayBatches(folders, settings.batch, settings.rays, svr.colours_are_lit, settings.seed)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step, svr.image_size)
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        with torch.no_grad():
            codes = svr.encode(batch.images)
        losses = [
            _field_loss(svr, code, targets, settings, generator)
            for code, targets in zip(codes, batch.targets, strict=True)
        ]
        return torch.stack(losses).mean()

    if len(decoder):
        run_training("decoder", decoder, loss_of_step, no_evaluation, settings.loop, checkpoint, report)
    svr.requires_grad_(False)


def _field_loss(
    svr: SVRModel, code: Tensor, targets: RayTargets, settings: SVRRaySettings, generator: torch.Generator
) -> Tensor:
    """Return L_D + lambda_bg L_bg of one field."""
    field = svr.prepare(code[None])
    loss = svr_ray_loss(svr, field, targets, settings.weights, generator)
    missed = ~targets.mask
    if not missed.any():
        return loss
    points = targets.origins[missed] + BACKGROUND_DEPTH * targets.rays[missed]
    colours = missed_colours(svr, field, points[None])
    return loss + BACKGROUND_WEIGHT * background_loss(colours)
