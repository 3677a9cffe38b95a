"""The three trainings as they are run from the command line: run folders in, weights out.

A run folder holds svr.safetensors, clip/ and the checkpoints of what is still running; the same folder is given to all
three stages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import TextImageGap, measure_gap
from iss_backend.bundle import CLIP_FOLDER, Bundle, ShapeCodes, write_bundle
from iss_backend.clip import Clip, load_clip
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.triplane import TriplaneConfig, TriplaneModel
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings, train_clip
from iss_backend.training.clip_config import MODEL_CONFIG, build_towers, tokenizer_for, write_clip_folder
from iss_backend.training.clip_text import (
    TaughtTowers,
    TextCorpus,
    start_from_teacher,
    token_strings,
    train_text_tower,
)
from iss_backend.training.pairs import encode_pairs
from iss_backend.training.pictures import input_pictures
from iss_backend.training.reconstructions import Reconstructions, render_reconstructions
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.stage1 import (
    DecoderTrainingSettings,
    MapperTrainingSettings,
    train_decoder,
    train_mapper,
    train_prior,
)
from iss_backend.training.svr import SVRTrainingSettings, mean_iou, split_indices, train_svr
from iss_backend.training.text_corpus import load_or_embed_corpus
from iss_backend.training.text_teacher import load_teacher
from iss_backend.weights import load_into, read_weights, write_weights

SVR_FILE = "svr.safetensors"
RECONSTRUCTION_VIEWS = 3
CODE_VIEWS = 4  # pictures over which a training shape's code is averaged
GAP_BATCHES = 8


def train_svr_run(data: Path, output: Path, steps: int, batch: int | None, seed: int, report: ProgressCallback) -> None:
    """Train the tri-plane model and write OUTPUT/svr.safetensors."""
    torch.manual_seed(seed)  # of the initial weights
    model = TriplaneModel(TriplaneConfig())
    settings = SVRTrainingSettings(seed=seed, loop=LoopSettings(steps=steps, learning_rate=1.5e-3))
    settings = replace(settings, batch=batch or settings.batch)
    train_svr(model, PackedShapes(data), settings, output / "checkpoints" / SVR_FILE, report)
    write_weights(output / SVR_FILE, model.state_dict())


def load_trained_svr(output: Path) -> TriplaneModel:
    """Load what `train_svr_run` wrote, frozen.

    Raises:
        BadInputError: the SVR model was not trained in this run folder.
    """
    path = output / SVR_FILE
    if not path.is_file():
        raise BadInputError(f"There is no {path}; run 'train svr' with the same --output first.")
    model = TriplaneModel(TriplaneConfig())
    load_into(model, read_weights(path), path)
    return model.eval().requires_grad_(False)


def train_clip_run(
    data: Path, output: Path, steps: tuple[int, int], batch: int | None, seed: int, report: ProgressCallback
) -> None:
    """Teach the text tower, then train both towers; write the open_clip folder OUTPUT/clip.

    `steps` are those of the text tower alone, and of both. The SVR model of the run folder has to be trained: a third
    of the pictures show its reconstructions.
    """
    shapes, checkpoints = PackedShapes(data), output / "checkpoints"
    reconstructions = _reconstructions(shapes, output, seed, report)
    torch.manual_seed(seed)  # of the initial weights
    towers, tokenizer, teacher = build_towers(MODEL_CONFIG), tokenizer_for(MODEL_CONFIG), load_teacher()
    corpus, embeddings = load_or_embed_corpus(checkpoints / "corpus", teacher, report)
    start_from_teacher(towers, teacher.embed(token_strings(tokenizer, towers.vocab_size), use_bfloat16=True))
    known = TextCorpus(tokenizer(corpus), embeddings)
    taught = TaughtTowers(towers, embeddings.shape[1])
    loop = LoopSettings(steps=steps[0], learning_rate=1e-3, warmup=100)
    train_text_tower(taught, known, 512, loop, checkpoints / "clip_text.safetensors", report)
    settings = ClipTrainingSettings(seed=seed, loop=LoopSettings(steps=steps[1], learning_rate=1e-3))
    settings = replace(settings, batch=batch or settings.batch)
    checkpoint = checkpoints / "clip.safetensors"
    train_clip(taught, tokenizer, shapes, reconstructions, known, settings, checkpoint, report)
    write_clip_folder(output / CLIP_FOLDER, towers, MODEL_CONFIG)


def _reconstructions(shapes: PackedShapes, output: Path, seed: int, report: ProgressCallback) -> Reconstructions:
    path = output / "checkpoints" / "reconstructions.safetensors"
    if not path.is_file():
        size, train = MODEL_CONFIG["vision_cfg"]["image_size"], split_indices(shapes)[0]
        svr = load_trained_svr(output)
        render_reconstructions(svr, shapes, train, RECONSTRUCTION_VIEWS, size, seed, path, report)
    return Reconstructions.load(path)


@dataclass(frozen=True)
class Stage1Plan:
    """Steps of M and the prior, steps of D, number of pictures, seed, and the name of the bundle."""

    steps: int
    decoder_steps: int
    pairs: int
    seed: int
    name: str


def train_stage1_run(data: Path, output: Path, folder: Path, plan: Stage1Plan, report: ProgressCallback) -> None:
    """Carry out stage 1 on the SVR model and the CLIP of a run folder, and write a bundle."""
    shapes, checkpoints = PackedShapes(data), output / "checkpoints"
    train, test = split_indices(shapes)
    svr, clip = load_trained_svr(output), load_clip(output / CLIP_FOLDER)
    pairs = encode_pairs(svr, clip, shapes, train, plan.pairs, plan.seed, report)
    torch.manual_seed(plan.seed)  # of the initial weights
    mapper = Mapper(MapperConfig(clip.feature_size, svr.code_size, final_activation="linear"))
    prior = CodePrior(PriorConfig(clip.feature_size, svr.code_size))
    settings = MapperTrainingSettings(seed=plan.seed, loop=LoopSettings(steps=plan.steps, learning_rate=5e-4))
    train_mapper(mapper, pairs, settings, checkpoints / "mapper.safetensors", report)
    train_prior(prior, pairs, settings, checkpoints / "prior.safetensors", report)
    if plan.decoder_steps:
        loop = LoopSettings(steps=plan.decoder_steps, learning_rate=1e-4, warmup=50)
        decoder = DecoderTrainingSettings(svr=SVRTrainingSettings(seed=plan.seed, loop=loop))
        train_decoder(svr, shapes, decoder, checkpoints / "decoder.safetensors", report)
    notes = {"training shapes": len(train), "held-out shapes": len(test), "language": "English"}
    notes["held-out mIoU"] = round(mean_iou(svr, shapes, test), 4)
    codes = training_codes(svr, shapes, train)
    gap = caption_gap(clip, shapes, train)
    write_clip_folder(folder / CLIP_FOLDER, clip.towers, MODEL_CONFIG)
    write_bundle(folder, Bundle(plan.name, clip, svr, mapper.eval(), prior.eval(), gap, codes, notes))


@torch.no_grad()
def training_codes(svr: TriplaneModel, shapes: PackedShapes, chosen: np.ndarray) -> ShapeCodes:
    """Return the mean code of a few pictures, in its own colours, of each chosen shape."""
    parts = []
    for start in range(0, len(chosen), 128):
        part = chosen[start : start + 128]
        palettes = torch.from_numpy(shapes.palettes[part])
        rng = np.random.default_rng(start)
        views = [svr.encode(input_pictures(shapes, part, palettes, rng, svr.image_size)) for _ in range(CODE_VIEWS)]
        parts.append(torch.stack(views).mean(dim=0))
    names = tuple(f"{shapes.entries[i].group}/{shapes.entries[i].name}" for i in chosen)
    return ShapeCodes(torch.cat(parts), names)


@torch.no_grad()
def caption_gap(clip: Clip, shapes: PackedShapes, chosen: np.ndarray) -> TextImageGap:
    """Measure the text-image gap on captioned pictures of the chosen shapes, on white as in stage 2."""
    batches = CaptionedBatches(shapes, chosen, None, ClipTrainingSettings(seed=1))
    drawn = [batches.draw(number, clip.image_size) for number in range(GAP_BATCHES)]
    texts = torch.cat([clip.encode_text(batch.captions) for batch in drawn])
    return measure_gap(texts, torch.cat([clip.encode_image(batch.pictures) for batch in drawn]))
