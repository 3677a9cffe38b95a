"""The trainings of both judges as they are run from the command line."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from iss_backend.data.colour_names import SHADES, colour_words
from iss_backend.data.packed import PackedShapes
from iss_backend.data.procedural.counts import ModelCounts
from iss_backend.data.vocabulary import all_nouns
from iss_backend.evaluation.judge.classes import learnable_classes
from iss_backend.evaluation.judge.clouds import FIRST_JUDGE_SEED, LabelledClouds, made_clouds, packed_clouds
from iss_backend.evaluation.judge.judging_clip import (
    CLIP_FOLDER,
    judging_config,
    judging_tokenizer,
    write_judging_clip,
)
from iss_backend.evaluation.judge.procedural_meshes import procedural_makers
from iss_backend.evaluation.judge.training import JudgeTrainingSettings, class_accuracies, train_judge
from iss_backend.progress import ProgressCallback
from iss_backend.training.clip import ClipTrainingSettings, train_clip
from iss_backend.training.clip_config import build_towers
from iss_backend.training.clip_text import (
    TaughtTowers,
    TextCorpus,
    start_from_teacher,
    token_strings,
    train_text_tower,
)
from iss_backend.training.outputs import begin_stage, marks_in, marks_of, require_run_folder
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr import require_both_sides, split_indices
from iss_backend.training.text_corpus import (
    TEXTS_FILE,
    load_or_embed_corpus,
    tokenizer_words,
    wordnet_adjectives,
    wordnet_things,
)
from iss_backend.training.text_teacher import load_teacher
from iss_backend.training.wordnet import WordNet

log = logging.getLogger(__name__)

MOST_TESTED = 800  # shapes of the bundle's side: enough to know the accuracy to 2 points
LEARNED, TESTED = ModelCounts(least=400, per_style=40), ModelCounts(least=40, per_style=2)
FIRST_TEST_SEED = FIRST_JUDGE_SEED + 100_000  # of the procedural shapes that the judge is tested on


@dataclass(frozen=True)
class JudgePlan:
    """Steps, procedural shapes to learn from and to be tested on, batch and seed of the classifier's training."""

    steps: int = JudgeTrainingSettings().loop.steps
    learned: ModelCounts = LEARNED
    tested: ModelCounts = TESTED
    batch: int = 48
    seed: int = 0


def train_judge_run(data: Sequence[Path], output: Path, plan: JudgePlan, report: ProgressCallback) -> None:
    """Train the classifier on the held-out side of packed folders and on procedural shapes of its own seeds.

    Shapes made for it, packed ones of the generator and captured ones are three sources (see `DrawingChances`). It is
    tested on what bundles are trained on (which it never learns from) and on further seeds. Writes
    OUTPUT/shape.safetensors and OUTPUT/shape.json, its scores among the notes.
    Checkpoints lie in OUTPUT/checkpoints/judge; those of another plan or data set are removed.
    """
    makers, rng = procedural_makers(), np.random.default_rng(plan.seed)
    sources = [made_clouds(makers, plan.learned, FIRST_JUDGE_SEED, report)]
    other_seeds = made_clouds(makers, plan.tested, FIRST_TEST_SEED, report)
    bundle_side = other_seeds.of_classes(())
    if data:
        shapes = PackedShapes(*data)
        train, test = split_indices(shapes)
        known = (*learnable_classes(shapes.entries[i].category for i in test), *sources[0].labels)
        made = shapes.are_made(test)
        sources += [packed_clouds(shapes, part, rng).of_classes(known) for part in (test[made], test[~made])]
        bundle_side = packed_clouds(shapes, rng.permutation(train)[:MOST_TESTED], rng).of_classes(known)
    loop = replace(JudgeTrainingSettings().loop, steps=plan.steps, evaluate_every=plan.steps)
    settings = JudgeTrainingSettings(batch=plan.batch, seed=plan.seed, loop=loop)
    checkpoint = begin_stage(output, "judge", plan, marks_of(None, *data)) / "judge.safetensors"
    judge = train_judge(sources, other_seeds, settings, checkpoint, report)
    learned = {"shapes": sum(len(source.labels) for source in sources), "first seed": FIRST_JUDGE_SEED}
    notes = {**learned, "steps": plan.steps, "seed": plan.seed}
    parts: dict[str, LabelledClouds] = {"other seeds": other_seeds, "training side": bundle_side}
    scores = {name: _rounded(class_accuracies(judge, part)) for name, part in parts.items()}
    replace(judge, notes={**notes, "accuracy": scores}).save(output)
    for name, values in scores.items():
        log.info("%s: %s", name, values)


def _rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(score, 3) for name, score in scores.items()}


@dataclass(frozen=True)
class JudgingClipPlan:
    """Steps of the text tower alone and of both towers, batch and seed: another seed than the bundle's CLIP has."""

    text_steps: int = 1500
    steps: int = 1900
    batch: int = 256
    seed: int = 1001


def train_judging_clip_run(
    data: Sequence[Path], output: Path, corpus_folder: Path | None, plan: JudgingClipPlan, report: ProgressCallback
) -> None:
    """Train the judging CLIP on captures alone (never on reconstructions of a bundle); write OUTPUT/clip.

    `corpus_folder` holds the teacher's embeddings of texts; they are made there (some minutes) where they are missing.
    Checkpoints lie in OUTPUT/checkpoints/judging-clip; those of another plan, data set or other texts are removed.

    Raises:
        BadInputError: there are no packed shapes on either side of the split.
        OutputError: `output` is a bundle, or a file cannot be written.
    """
    require_run_folder(output)
    shapes, corpus_folder = PackedShapes(*data), corpus_folder or output / "checkpoints" / "corpus"
    require_both_sides(shapes)
    tokenizer, teacher = judging_tokenizer(judging_words()), load_teacher()
    config = judging_config(tokenizer)
    torch.manual_seed(plan.seed)  # of the initial weights
    towers = build_towers(config)
    towers.visual.image_size = config["vision_cfg"]["image_size"]  # open_clip's transformer makes a pair of it
    corpus, embeddings = load_or_embed_corpus(corpus_folder, teacher, report)
    work = begin_stage(output, "judging-clip", plan, marks_of(None, *data) | marks_in(corpus_folder, TEXTS_FILE))
    start_from_teacher(towers, teacher.embed(token_strings(tokenizer, tokenizer.vocab_size), use_bfloat16=True))
    known = TextCorpus(tokenizer(corpus), embeddings)
    taught = TaughtTowers(towers, embeddings.shape[1])
    loop = LoopSettings(steps=plan.text_steps, learning_rate=2e-3, warmup=100)
    train_text_tower(taught, known, 512, loop, work / "judging_text.safetensors", report)
    loop = LoopSettings(steps=plan.steps, learning_rate=1e-3, warmup=100, evaluate_every=200)
    settings = ClipTrainingSettings(batch=plan.batch, seed=plan.seed, loop=loop)
    train_clip(taught, tokenizer, shapes, None, known, settings, work / "judging_clip.safetensors", report)
    write_judging_clip(output / CLIP_FOLDER, towers, config, tokenizer)


def judging_words() -> list[str]:
    """Return the words that the judging CLIP keeps tokens for: all captions' nouns and colours, and common words."""
    single, wordnet = set(tokenizer_words()), WordNet()
    common = [word for word in (*wordnet_things(wordnet), *wordnet_adjectives(wordnet)) if word in single]
    colours = [word for shade in SHADES for word in colour_words(shade)]
    small = "a an the of with and in on two three four five six made one some which has that no for to it s"
    return [*all_nouns(), *colours, *common, *small.split()]
