"""Learning from a person's own shapes: a bundle goes in, captures go in, a bundle that knows both comes out.

The new shapes are few, so every part is also held to what it said before: D to its own old fields, E_S to its own old
codes, M and the prior to their own old answers, on codes that the bundle ships and on texts. The CLIP stays frozen.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iss_backend.bundle import DEFAULT_BUNDLE, Bundle, ShapeCodes, load_bundle
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.training.align import encode_pictures, encode_texts
from iss_backend.training.learn_fields import (
    FieldTuner,
    FieldTuning,
    field_iou,
    first_codes,
    fit_codes,
    tune_decoder,
    tune_encoder,
)
from iss_backend.training.outputs import begin_work, finish_bundle, marks_of
from iss_backend.training.own_shapes import OwnShapes, read_own_shapes
from iss_backend.training.pairs import FeatureCodePairs
from iss_backend.training.remembered import (
    LARGEST_PICTURE,
    RememberedCodes,
    old_answers,
    picture_codes,
    remember_codes,
)
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import MapperTrainingSettings, train_mapper, train_prior
from iss_backend.training.svr import mean_iou

log = logging.getLogger(__name__)

START_PICTURES = 4  # over which the first code of an own shape is averaged
MOST_MEASURED = 64  # shapes


@dataclass(frozen=True)
class LearnPlan:
    """How much is learnt.

    Attributes:
        name: of the new bundle.
        variants: recoloured variants of each own shape.
        remembered: codes of the old bundle that are rehearsed with pictures, half shipped, half drawn for texts.
        pictures: of each own item, that M and the prior learn from.
        own_share: of own pairs among all that M and the prior see.
        mapper_steps, prior_steps: of M and the prior.
        rate: their learning rate.
        fields: how D and E_S are fine-tuned.
        seed: of every draw.
    """

    name: str
    variants: int = 3
    remembered: int = 400
    pictures: int = 24
    own_share: float = 0.3
    mapper_steps: int = 400
    prior_steps: int = 600
    rate: float = 2e-4
    fields: FieldTuning = field(default_factory=FieldTuning)
    seed: int = 0


def with_effort(plan: LearnPlan, effort: float) -> LearnPlan:
    """Return the plan with `effort` times as many steps of everything."""
    fields = plan.fields
    names = ("code_steps", "decoder_steps", "encoder_steps")
    steps = {name: max(1, round(getattr(fields, name) * effort)) for name in names}
    mapping = {name: max(1, round(getattr(plan, name) * effort)) for name in ("mapper_steps", "prior_steps")}
    return replace(plan, fields=replace(fields, **steps), **mapping)


@dataclass(frozen=True)
class _Old:
    """What the bundle remembers: codes with texts, pictures uint8 [N, 3, S, S] of them, and E_S of these before."""

    remembered: RememberedCodes
    pictures: Tensor
    codes: Tensor


def learn_bundle(
    source: Path | None, dataset: Path, output: Path, plan: LearnPlan, report: ProgressCallback
) -> dict[str, Any]:
    """Write a bundle into `output` that also knows the shapes of a data set; resumes where it was interrupted.

    Args:
        source: the bundle to start from, the shipped one where it is None.
        dataset: a folder of captures, or one written by 'data pack'.
        output: folder of the new bundle; unfinished work lies beside it, in OUTPUT.work.
        plan: how much is learnt.
        report: is told every step; what it raises ends the work, which can be resumed.

    Returns:
        What was measured: mean IoU of E_S + D on the own shapes "before" and "after", of D on their learnt codes
        ("own codes"), and of old fields with themselves before ("old fields kept").

    Raises:
        BadInputError: nothing in the data set can be used.
        BundleError: the bundle cannot be used.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    folder = source or DEFAULT_BUNDLE
    bundle = load_bundle(folder)
    work = begin_work(output, plan, marks_of(folder, dataset))
    own = read_own_shapes(dataset, work, plan.variants, plan.seed, report)
    old = _remember(bundle, plan, work, report)
    svr = copy.deepcopy(bundle.svr)
    codes = _tune_fields(bundle, svr, own, old, plan, work, report)
    mapper, prior = copy.deepcopy(bundle.mapper), copy.deepcopy(bundle.prior)
    tuned = replace(bundle, name=plan.name, svr=svr, mapper=mapper, prior=prior)
    _tune_mapping(bundle, tuned, own, codes, old, plan, work, report)
    measured = _measure(bundle.svr, svr, own, codes, bundle.shapes.codes)
    log.info("%s", ", ".join(f"{name} {value:.3f}" for name, value in measured.items()))
    _write(folder, output, tuned, own, codes, measured, work)
    return measured


def _remember(bundle: Bundle, plan: LearnPlan, work: Path, report: ProgressCallback) -> _Old:
    half = plan.remembered // 2
    remembered = remember_codes(bundle, plan.remembered - half, half, plan.seed)
    size = min(max(bundle.clip.image_size, bundle.svr.image_size), LARGEST_PICTURE)
    pictures = picture_codes(bundle.svr, remembered.codes, 1, size, plan.seed, work, report)[:, 0]
    return _Old(remembered, pictures, _codes_of_pictures(bundle.svr, pictures))


@torch.no_grad()
def _codes_of_pictures(svr: SVRModel, pictures: Tensor) -> Tensor:
    return torch.cat([svr.encode(part.float() / 255.0) for part in pictures.split(64)])


def _tune_fields(
    bundle: Bundle, svr: SVRModel, own: OwnShapes, old: _Old, plan: LearnPlan, work: Path, report: ProgressCallback
) -> Tensor:
    """Fine-tune D, then E_S, of `svr`; return the codes [I, C] of the own items."""
    tuning = plan.fields
    tuner = FieldTuner(svr, bundle.svr, own, bundle.shapes.codes, tuning, plan.seed)
    start = first_codes(bundle.svr, own, START_PICTURES, plan.seed)
    fitted = fit_codes(tuner, start, tuning, work, report)
    codes = tune_decoder(svr, tuner, fitted, tuning, work, report)
    tune_encoder(svr, own, codes, (old.pictures, old.codes), tuning, plan.seed, work, report)
    return codes


def _tune_mapping(
    before: Bundle, tuned: Bundle, own: OwnShapes, codes: Tensor, old: _Old, plan: LearnPlan, work: Path,
    report: ProgressCallback,
) -> None:  # fmt: skip
    """Fine-tune M and the prior of `tuned` on own pairs, and on what they answered `before` to pictures and texts."""
    new = _own_pairs(before, own, codes, plan)
    asked = _old_questions(before, old, report)
    loop = LoopSettings(plan.mapper_steps, plan.rate, 20, checkpoint_every_s=plan.fields.save_every_s)
    # Features of the rehearsal are turned as little as those of the own shapes have to be: cosine 0.8 and above.
    settings = MapperTrainingSettings(seed=plan.seed, lowest_cosine=0.8, loop=loop)
    with torch.no_grad():
        answers = before.mapper(asked)
    tuned.mapper.requires_grad_(True)
    pairs = _mixed(new, asked, answers, plan.own_share)
    train_mapper(tuned.mapper, pairs, settings, work / "mapper.safetensors", report)
    tuned.mapper.requires_grad_(False)
    if before.prior is None or tuned.prior is None:
        return
    tuned.prior.requires_grad_(True)
    pairs = _mixed(new, asked, old_answers(before.prior, asked, plan.seed), plan.own_share)
    settings = replace(settings, loop=replace(loop, steps=plan.prior_steps))
    train_prior(tuned.prior, pairs, settings, work / "prior.safetensors", report)
    tuned.prior.requires_grad_(False)


@torch.no_grad()
def _own_pairs(bundle: Bundle, own: OwnShapes, codes: Tensor, plan: LearnPlan) -> FeatureCodePairs:
    """Return pairs of the own items: pictures' and texts' features, and their codes."""
    rng, size = np.random.default_rng((plan.seed, 7)), max(bundle.clip.image_size, bundle.svr.image_size)
    features, texts = [], []
    for items in plan.pictures * own.parts():
        features.append(bundle.clip.encode_image(own.pictures(items, rng, size)))
        texts.append(bundle.gap.close(bundle.clip.encode_text(own.captions(items, rng))))
    return FeatureCodePairs(torch.cat(features), codes.repeat(plan.pictures, 1), torch.cat(texts)[:, None])


@torch.no_grad()
def _old_questions(bundle: Bundle, old: _Old, report: ProgressCallback) -> Tensor:
    """Return features [Q, D] of old pictures and, moved to where those lie, of old texts."""
    told = bundle.gap.close(encode_texts(bundle.clip, old.remembered.texts))
    return torch.cat([encode_pictures(bundle.clip, old.pictures, report), told])


def _mixed(new: FeatureCodePairs, asked: Tensor, answers: Tensor, own_share: float) -> FeatureCodePairs:
    """Return both kinds of pairs, own ones repeated (or old ones) until they have their share."""
    wanted = own_share / (1.0 - own_share)
    new_times = max(1, round(wanted * len(asked) / len(new.features)))
    old_times = max(1, round(new_times * len(new.features) / (wanted * len(asked))))
    told = new.features[:, None] if new.texts is None else new.texts
    return FeatureCodePairs(
        torch.cat([new.features.repeat(new_times, 1), asked.repeat(old_times, 1)]),
        torch.cat([new.codes.repeat(new_times, 1), answers.repeat(old_times, 1)]),
        torch.cat([told.repeat(new_times, 1, 1), asked[:, None].repeat(old_times, 1, 1)]),
    )


def _measure(before: SVRModel, after: SVRModel, own: OwnShapes, codes: Tensor, old: Tensor) -> dict[str, float]:
    """Return the numbers that `learn_bundle` promises."""
    chosen = np.arange(len(own.shapes))[:MOST_MEASURED]
    spread = torch.linspace(0, len(old) - 1, min(MOST_MEASURED, len(old))).long()

    def learnt(numbers: np.ndarray) -> Tensor:
        """Return the learnt codes of shapes by number."""
        return codes[torch.from_numpy(numbers)]

    found = {
        "before": mean_iou(before, own.shapes, chosen),
        "after": mean_iou(after, own.shapes, chosen),
        "own codes": mean_iou(after, own.shapes, chosen, learnt),
        "old fields kept": field_iou(before, after, old[spread]),
    }
    return {name: round(value, 4) for name, value in found.items()}


def _write(
    source: Path, output: Path, tuned: Bundle, own: OwnShapes, codes: Tensor, measured: dict[str, float], work: Path
) -> None:
    """Write the bundle and end the work; the own shapes' codes come after the old ones."""
    known = tuned.shapes
    shapes = ShapeCodes(torch.cat([known.codes, codes[: len(own.shapes)]]), known.names + own.names)
    notes = {**tuned.notes, "own shapes": len(own.shapes) + int(tuned.notes.get("own shapes", 0)), "learning": measured}
    finish_bundle(source, output, replace(tuned, shapes=shapes, notes=notes), work)
