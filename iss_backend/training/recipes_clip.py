"""The training of the compact CLIP as it is run from the command line, after that of the SVR model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from iss_backend.bundle import CLIP_FOLDER, load_bundle
from iss_backend.clip.thesaurus import write_thesaurus
from iss_backend.data.packed import PackedShapes
from iss_backend.data.procedural.deform import DEFORMED
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings, train_clip
from iss_backend.training.clip_config import MODEL_CONFIG, build_towers, tokenizer_for, write_clip_folder
from iss_backend.training.clip_text import (
    TaughtTowers,
    TextCorpus,
    start_from_teacher,
    token_strings,
    train_text_tower,
)
from iss_backend.training.code_source import CodesOf, picture_codes, whole_shape_codes
from iss_backend.training.outputs import begin_stage, marks_in, marks_of, require_run_folder
from iss_backend.training.recipes import FURTHER_RATE, SVR_FILES, load_trained_svr
from iss_backend.training.reconstructions import Reconstructions, render_reconstructions
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr import require_both_sides, split_indices
from iss_backend.training.text_corpus import load_or_embed_corpus
from iss_backend.training.text_teacher import load_teacher
from iss_backend.training.thesaurus import build_thesaurus
from iss_backend.training.wordnet import WordNet

RECONSTRUCTION_VIEWS, MOST_RECONSTRUCTED = 3, 1500  # pictures of a reconstruction, and shapes that are reconstructed
CAPTION_ROUNDS = 3  # captions of each shape that the thesaurus takes words from


@dataclass(frozen=True)
class ClipPlan:
    """How the compact CLIP is trained.

    Attributes:
        text_steps, steps: of the text tower alone, 0 where there is a `start`, and of both.
        batch, seed: of the training; a `batch` of None is the default.
        start: a bundle whose CLIP is trained further, at half the learning rate; its text tower knows the words.
        corpus: texts that the teacher embeds, a random part of all; None takes all.
    """

    text_steps: int
    steps: int
    batch: int | None = None
    seed: int = 0
    start: Path | None = None
    corpus: int | None = None


def train_clip_run(data: Path, output: Path, plan: ClipPlan, report: ProgressCallback) -> None:
    """Teach the text tower, then train both towers; write the open_clip folder OUTPUT/clip.

    The SVR model of the run folder has to be trained: a third of the pictures show its reconstructions. Checkpoints
    lie in OUTPUT/checkpoints/clip; those of another plan, start, SVR model or data set are removed.

    Raises:
        BadInputError: there are no packed shapes on either side of the split, or no SVR model in the run folder; a
            text tower that knows its words is to be taught alone.
        BundleError: there is no bundle to start from, or a file is damaged.
        OutputError: `output` is a bundle, the disk is full, or a file cannot be written.
    """
    require_run_folder(output)
    if plan.start is not None and plan.text_steps:
        raise BadInputError(
            "The CLIP of --start knows its words, and is not taught them alone; leave --text-steps out."
        )
    shapes = PackedShapes(data)
    require_both_sides(shapes)
    svr = load_trained_svr(output)
    codes_of = whole_shape_codes(output, svr, shapes) or picture_codes(svr, shapes, np.random.default_rng(plan.seed))
    start = None if plan.start is None else load_bundle(plan.start).clip.towers
    tokenizer, teacher = tokenizer_for(MODEL_CONFIG), load_teacher()
    source = marks_of(plan.start, data) | marks_in(output, *SVR_FILES)  # a bundle goes by its contents, not its path
    work = begin_stage(output, "clip", replace(plan, start=None), source)
    reconstructions = _reconstructions(svr, shapes, codes_of, plan.seed, work, report)
    words = [entry.words for entry in shapes.entries if entry.words is not None]
    corpus, embeddings = load_or_embed_corpus(work / "corpus", teacher, report, plan.seed, words, plan.corpus)
    known = TextCorpus(tokenizer(corpus), embeddings)
    torch.manual_seed(plan.seed)  # of the initial weights
    taught = TaughtTowers(build_towers(MODEL_CONFIG), embeddings.shape[1])
    if start is None:
        strings = token_strings(tokenizer, taught.towers.vocab_size)
        start_from_teacher(taught.towers, teacher.embed(strings, use_bfloat16=True))
        loop = LoopSettings(steps=plan.text_steps, learning_rate=1e-3, warmup=100)
        train_text_tower(taught, known, 512, loop, work / "clip_text.safetensors", report)
    else:
        taught.towers.load_state_dict(start.state_dict())
        taught.fit_head(known)
    rate = 1.0 if start is None else FURTHER_RATE
    settings = ClipTrainingSettings(seed=plan.seed, loop=LoopSettings(steps=plan.steps, learning_rate=rate * 1e-3))
    settings = replace(settings, batch=plan.batch or settings.batch)
    train_clip(taught, tokenizer, shapes, reconstructions, known, settings, work / "clip.safetensors", report)
    write_clip_folder(output / CLIP_FOLDER, taught.towers, MODEL_CONFIG)
    thesaurus = build_thesaurus(WordNet(), told_captions(shapes, plan.seed), told_nouns(shapes), teacher.embed)
    write_thesaurus(output / CLIP_FOLDER, thesaurus)


def told_captions(shapes: PackedShapes, seed: int) -> list[str]:
    """Return some captions of every shape: the words that a CLIP trained on them was shown with pictures."""
    everything, rng = np.arange(len(shapes.entries)), np.random.default_rng(seed)
    batches = CaptionedBatches(shapes, everything, None, ClipTrainingSettings())
    palettes = torch.from_numpy(shapes.palettes)
    return [text for _ in range(CAPTION_ROUNDS) for text in batches.captions_of(everything, palettes, rng)]


def told_nouns(shapes: PackedShapes) -> set[str]:
    """Return what the generator's shapes are called, but for deformed ones ("an inflated bowl")."""
    told = (entry.words for entry in shapes.entries if entry.words is not None and entry.category != DEFORMED)
    return {noun for words in told for noun in words.nouns}


def _reconstructions(
    svr: SVRModel, shapes: PackedShapes, codes_of: CodesOf, seed: int, work: Path, report: ProgressCallback
) -> Reconstructions:
    path = work / "reconstructions.safetensors"
    if not path.is_file():
        size, train = MODEL_CONFIG["vision_cfg"]["image_size"], split_indices(shapes)[0]
        train = np.sort(np.random.default_rng((seed, 3)).permutation(train)[:MOST_RECONSTRUCTED])
        render_reconstructions(svr, shapes, train, codes_of, RECONSTRUCTION_VIEWS, size, seed, path, report)
    return Reconstructions.load(path)
