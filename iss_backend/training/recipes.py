"""The trainings of the SVR model and of stage 1 as they are run from the command line: run folders in, weights out.

A run folder holds svr.safetensors, svr.json, clip/ and the checkpoints of each stage, which belong to its plan and to
what it is made from (see `outputs.begin_stage`); the same folder is given to all three stages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import TextImageGap, measure_gap
from iss_backend.bundle import CLIP_FOLDER, Bundle, ShapeCodes, load_bundle, write_bundle
from iss_backend.clip import Clip, load_clip
from iss_backend.data.kinds import is_packed
from iss_backend.data.multi_view import shape_folders
from iss_backend.data.packed import PackedShapes
from iss_backend.devices import choose_device
from iss_backend.errors import BadInputError, BundleError
from iss_backend.progress import ProgressCallback
from iss_backend.svr import build_svr, config_of
from iss_backend.svr.base import SVRModel
from iss_backend.svr.checkpoints import CONFIG_FILE, SHAPE_ENCODER_FILE, write_model
from iss_backend.svr.checkpoints import WEIGHTS_FILE as SVR_FILE
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.code_scale import standardise_codes
from iss_backend.training.code_source import codes_in_own_colours, picture_codes, whole_shape_codes
from iss_backend.training.outputs import (
    begin_stage,
    copy_clip,
    marks_in,
    marks_of,
    require_new_bundle,
    require_run_folder,
)
from iss_backend.training.pairs import FeatureCodePairs, encode_pairs, kept_pairs
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.shape_encoder import ShapeEncoder
from iss_backend.training.stage1 import (
    DecoderTrainingSettings,
    MapperTrainingSettings,
    train_decoder,
    train_mapper,
    train_prior,
)
from iss_backend.training.svr import (
    MEAN_SHADE,
    SVRTrainingSettings,
    mean_iou,
    require_both_sides,
    split_indices,
    train_svr,
)
from iss_backend.training.svr_rays import SVRRaySettings, train_svr_by_rays
from iss_backend.weights import load_into, read_weights, write_weights

Supervision = Literal["auto", "points", "rays"]

# By rays DVR's is the published one; with it DVR learned nothing from 300 steps of points, nor did SS3D with 2e-4.
# Noise suits codes of variance 1 alone.
POINTS_LEARNING_RATE = {"triplane": 2e-3, "dvr": 1e-3, "imnet": 1e-3, "ss3d": 1e-3}
RAYS_LEARNING_RATE = {"triplane": 1e-3, "dvr": 1e-4, "imnet": 5e-4, "ss3d": 5e-5}
CODE_NOISE = {"triplane": 0.1, "dvr": 0.0, "imnet": 0.0, "ss3d": 0.0}
# Of what goes on from a bundle: the share of the usual learning rate, and steps in which the shape encoder, which
# bundles do not hold, learns the codes of a D that stands still.
FURTHER_RATE, CATCH_UP_STEPS = 0.5, 400
CODE_VIEWS = 4  # pictures over which a training shape's code is averaged
GAP_BATCHES = 8
# Of a run folder: what is, or was made with, its SVR model.
SVR_FILES = (SVR_FILE, CONFIG_FILE, SHAPE_ENCODER_FILE)


@dataclass(frozen=True)
class SvrPlan:
    """How an SVR model is trained.

    Attributes:
        steps, batch, seed: of the training; a `batch` of None is the default of the supervision.
        encoder_steps: of E_S alone, which on points is trained after D; rays train both together.
        start: a bundle whose E_S and D are trained further, at half the learning rate.
        model: a key of `svr.SVR_MODELS`, whose `config` differs from the default in the fields given.
        supervision: on "points" of packed RGB-D captures, along "rays" of RGB-D or RGB captures, or "auto".
        device: for rays; points are trained on the CPU.
    """

    steps: int
    batch: int | None = None
    seed: int = 0
    model: str = "triplane"
    config: dict[str, Any] = field(default_factory=dict)
    supervision: Supervision = "auto"
    device: str = "auto"
    encoder_steps: int = 1500
    start: Path | None = None


def train_svr_run(data: Path, output: Path, plan: SvrPlan, report: ProgressCallback) -> None:
    """Train an SVR model with L_D and write OUTPUT/svr.safetensors and OUTPUT/svr.json.

    On points there is a shape encoder too, which is written beside them.
    Checkpoints lie in OUTPUT/checkpoints/svr; those of another plan, start or data set are removed.

    Raises:
        BadInputError: the data are none, do not suit the supervision or the device asked for, or are all on one side of
            the split; the model of the bundle to start from is not the one asked for.
        OutputError: `output` is a bundle, the disk is full, or a file cannot be written.
    """
    require_run_folder(output)
    if plan.model not in POINTS_LEARNING_RATE:
        raise BadInputError(
            f"The model '{plan.model}' is not trained here; convert its official weights with 'convert {plan.model}'."
        )
    supervision = choose_supervision(data, plan.supervision)
    begun = None if plan.start is None else _svr_of_bundle(plan.start, plan.model, plan.config)
    torch.manual_seed(plan.seed)  # of the initial weights
    model = build_svr(plan.model, plan.config) if begun is None else begun
    train = _train_on_points if supervision == "points" else _train_by_rays
    shape_encoder = train(model, data, output, plan, report)
    write_model(output, *config_of(model), model.state_dict(), half=True)
    if shape_encoder is not None:
        write_weights(output / SHAPE_ENCODER_FILE, shape_encoder.state_dict())


def _svr_of_bundle(folder: Path, kind: str, config: dict[str, Any]) -> SVRModel:
    """Return the model of a bundle, whose rates and noise go by its `kind`, and whose sizes cannot be changed."""
    model = load_bundle(folder).svr
    own_kind, sizes = config_of(model)
    if own_kind != kind or config_of(build_svr(kind, sizes | config))[1] != sizes:
        raise BadInputError(
            f"The model of the bundle in {folder} is '{own_kind}' with sizes of its own, not what --model and --config "
            f"ask for; give --model {own_kind}, and no --config."
        )
    return model


def choose_supervision(data: Path, asked: Supervision) -> Literal["points", "rays"]:
    """Return how a folder can supervise: a packed one on points, one of captures by rays.

    Raises:
        BadInputError: it is neither, or not what was asked for.
    """
    if is_packed(data):
        if asked == "rays":
            raise BadInputError(f"{data} is packed, which rays cannot be drawn from; give the folder of captures.")
        return "points"
    if next(data.rglob("cameras.npz"), None) is None:
        raise BadInputError(f"{data} holds no packed and no captured shapes; give a folder with either.")
    if asked == "points":
        raise BadInputError(f"{data} holds captures that are not packed; run 'data pack' first, or train by rays.")
    return "rays"


def _train_on_points(
    model: SVRModel, data: Path, output: Path, plan: SvrPlan, report: ProgressCallback
) -> ShapeEncoder:
    """Train D and E_S, and return the shape encoder of the training."""
    if plan.device not in ("auto", "cpu"):
        raise BadInputError(f"Points are trained on the CPU, not on '{plan.device}'; leave --device out.")
    rate = _rate_of(plan)
    settings = SVRTrainingSettings(
        code_noise=CODE_NOISE[plan.model],
        shade=shade_of(model),
        catch_up_steps=0 if plan.start is None else CATCH_UP_STEPS,
        seed=plan.seed,
        loop=LoopSettings(steps=plan.steps, learning_rate=rate * POINTS_LEARNING_RATE[plan.model]),
        encoder_loop=LoopSettings(steps=plan.encoder_steps, learning_rate=rate * 1e-3),
    )
    settings = replace(settings, batch=plan.batch or settings.batch)
    shapes = PackedShapes(data)
    require_both_sides(shapes)
    work = _begin(output, plan, data)
    return train_svr(model, shapes, settings, work / SVR_FILE, report).shape_encoder


def _train_by_rays(model: SVRModel, data: Path, output: Path, plan: SvrPlan, report: ProgressCallback) -> None:
    settings = SVRRaySettings(
        code_noise=CODE_NOISE[plan.model],
        seed=plan.seed,
        loop=LoopSettings(steps=plan.steps, learning_rate=_rate_of(plan) * RAYS_LEARNING_RATE[plan.model]),
    )
    settings = replace(settings, batch=plan.batch or settings.batch)
    model, folders = model.to(choose_device(plan.device)), shape_folders(data)
    train_svr_by_rays(model, folders, settings, _begin(output, plan, data) / "svr_rays.safetensors", report)


def _rate_of(plan: SvrPlan) -> float:
    """Return the share of the usual learning rate."""
    return 1.0 if plan.start is None else FURTHER_RATE


def _begin(output: Path, plan: SvrPlan, data: Path) -> Path:
    """Return the folder of checkpoints; a bundle to start from goes by its contents, not by how its path is written."""
    return begin_stage(output, "svr", replace(plan, start=None), marks_of(plan.start, data))


def shade_of(model: SVRModel) -> float:
    """Return what the albedo of packed shapes is multiplied with to be the colours that a model predicts."""
    return MEAN_SHADE if model.colours_are_lit else 1.0


def load_trained_svr(output: Path) -> SVRModel:
    """Load what `train_svr_run` or `convert` wrote, frozen; without svr.json, a default tri-plane model.

    Raises:
        BadInputError: there is no SVR model in this run folder.
        BundleError: its files are damaged, or do not fit each other.
    """
    path, about = output / SVR_FILE, output / CONFIG_FILE
    if not path.is_file():
        raise BadInputError(f"There is no {path}; run 'train svr' with the same --output first.")
    kind, config = _read_config(about) if about.is_file() else ("triplane", {})
    model = build_svr(kind, config)
    load_into(model, read_weights(path), path)
    return model.eval().requires_grad_(False)


def _read_config(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        return about["kind"], dict(about["config"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{path} is damaged ({error}); run 'train svr' again.") from error


@dataclass(frozen=True)
class Stage1Plan:
    """Steps of M and the prior, steps of D, number of pictures, seed, and the name of the bundle."""

    steps: int
    decoder_steps: int
    pairs: int
    seed: int
    name: str


def train_stage1_run(data: Path, output: Path, folder: Path, plan: Stage1Plan, report: ProgressCallback) -> None:
    """Carry out stage 1 on the SVR model and the CLIP of a run folder, and write a bundle.

    Checkpoints lie in OUTPUT/checkpoints/stage1; those of another plan, SVR model, CLIP or data set are removed.

    Raises:
        BadInputError: there are no packed shapes on either side of the split, or no SVR model in the run folder.
        BundleError: there is no CLIP in it, or a file is damaged.
        OutputError: there is a bundle or another CLIP in `folder` already, it is the run folder itself, or a file
            cannot be written.
    """
    require_new_bundle(folder, output)
    shapes = PackedShapes(data)
    require_both_sides(shapes)
    train, test = split_indices(shapes)
    svr, clip = load_trained_svr(output), load_clip(output / CLIP_FOLDER)
    work = begin_stage(output, "stage1", plan, marks_of(None, data) | marks_in(output, *SVR_FILES, CLIP_FOLDER))
    codes_of, gap = whole_shape_codes(output, svr, shapes), caption_gap(clip, shapes, train)
    told = CaptionedBatches(shapes, train, None, ClipTrainingSettings()).captions_of

    def encode() -> FeatureCodePairs:
        """Encode the pictures."""
        return encode_pairs(svr, clip, shapes, train, plan.pairs, plan.seed, codes_of, report, told)

    pairs = kept_pairs(work / "pairs.safetensors", encode).with_texts_moved(gap)
    if codes_of is None:  # the codes of whole shapes are standardised already
        pairs = replace(pairs, codes=standardise_codes(svr, pairs.codes))
    torch.manual_seed(plan.seed)  # of the initial weights
    mapper = Mapper(MapperConfig(clip.feature_size, svr.code_size, final_activation=svr.code_ending))
    prior = CodePrior(PriorConfig(clip.feature_size, svr.code_size))
    settings = MapperTrainingSettings(seed=plan.seed, loop=LoopSettings(steps=plan.steps, learning_rate=5e-4))
    train_mapper(mapper, pairs, settings, work / "mapper.safetensors", report)
    train_prior(prior, pairs, settings, work / "prior.safetensors", report)
    if plan.decoder_steps:
        loop = LoopSettings(steps=plan.decoder_steps, learning_rate=8e-4, warmup=50)
        samples = SVRTrainingSettings(shade=shade_of(svr), seed=plan.seed, loop=loop)
        decoder = DecoderTrainingSettings(svr=samples)
        train_decoder(svr, shapes, codes_of, decoder, work / "decoder.safetensors", report)
    notes = {"training shapes": len(train), "held-out shapes": len(test), "language": "English"}
    notes["held-out mIoU"] = round(mean_iou(svr, shapes, test), 4)
    from_pictures = picture_codes(svr, shapes, np.random.default_rng(plan.seed))
    own_codes = codes_in_own_colours(shapes, train, codes_of or from_pictures, 1 if codes_of else CODE_VIEWS)
    codes = ShapeCodes(own_codes, tuple(shapes.entries[number].full_name for number in train))
    copy_clip(output / CLIP_FOLDER, folder / CLIP_FOLDER)
    write_bundle(folder, Bundle(plan.name, clip, svr, mapper.eval(), prior.eval(), gap, codes, notes))


@torch.no_grad()
def caption_gap(clip: Clip, shapes: PackedShapes, chosen: np.ndarray) -> TextImageGap:
    """Measure the text-image gap on captioned pictures of the chosen shapes, on white as in stage 2."""
    batches = CaptionedBatches(shapes, chosen, None, ClipTrainingSettings(seed=1))
    drawn = [batches.draw(number, clip.image_size) for number in range(GAP_BATCHES)]
    texts = torch.cat([clip.encode_text(batch.captions) for batch in drawn])
    return measure_gap(texts, torch.cat([clip.encode_image(batch.pictures) for batch in drawn]))
