"""The further training of a CLIP's words as it is run from the command line: a bundle in, one that knows them out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from iss_backend.bundle import CLIP_FOLDER, Bundle
from iss_backend.clip import load_clip
from iss_backend.clip.thesaurus import THESAURUS_FILE, write_thesaurus
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.clip_config import read_clip_config, tokenizer_for, write_clip_folder
from iss_backend.training.clip_text import TaughtTowers, TextCorpus
from iss_backend.training.code_source import CodesOf
from iss_backend.training.further import begin_further, need_prior
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.locked_image import LockedSettings, encode_pictures, kept_pictures, train_text_on_pictures
from iss_backend.training.outputs import finish_bundle, without_point_tower
from iss_backend.training.recipes import caption_gap
from iss_backend.training.recipes_clip import told_captions, told_nouns
from iss_backend.training.recipes_prior import PriorPlan, known_codes, train_prior_on_known
from iss_backend.training.reconstructions import reconstructions_of_known
from iss_backend.training.svr import SVRTrainingSettings, split_indices
from iss_backend.training.text_corpus import load_or_embed_corpus
from iss_backend.training.text_teacher import load_teacher
from iss_backend.training.thesaurus import build_thesaurus
from iss_backend.training.wordnet import WordNet


@dataclass(frozen=True)
class WordsPlan(PriorPlan):
    """How a bundle's text tower, and then its prior (as in `PriorPlan`), are trained further.

    Attributes:
        text_steps: of the text tower.
        pictures: captioned pictures that it is taught with.
        reconstructed: known shapes that some of these show as D shows them.
        corpus: texts that the teacher embeds.
    """

    text_steps: int = 1500
    pictures: int = 38400
    reconstructed: int = 700
    corpus: int = 40000


def train_words_run(data: Path, source: Path | None, output: Path, plan: WordsPlan, report: ProgressCallback) -> None:
    """Teach the CLIP of the bundle in `source` (None: the shipped one) its words, then let the prior follow.

    The image tower stays as it is, and with it M, E_S and D. The thesaurus and the text-image gap are made anew. A
    point tower, which knows the old words alone, is left out.

    Raises:
        BadInputError: the bundle has no prior, or knows none of the shapes.
        BundleError: the text teacher is not installed.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    begun = begin_further(data, source, output, plan, need_prior)
    bundle, shapes, work = begun.bundle, begun.shapes, begun.work
    known = KnownShapes(shapes, bundle.shapes)
    samples = SVRTrainingSettings(batch=plan.batch, seed=plan.seed)
    codes_of = known_codes(bundle, shapes, known, samples, plan.encoder_steps, work, report)
    config = read_clip_config(begun.folder / CLIP_FOLDER)
    if not (work / CLIP_FOLDER / THESAURUS_FILE).is_file():
        _teach_words(bundle, config, shapes, known, codes_of, plan, work, report)
    clip = load_clip(work / CLIP_FOLDER)
    gap = caption_gap(clip, shapes, split_indices(shapes)[0])
    bundle = replace(without_point_tower(bundle), name=plan.name, clip=clip, gap=gap)
    train_prior_on_known(bundle, shapes, known, codes_of, plan, work, report)
    finish_bundle(work, output, bundle, work)


def _teach_words(
    bundle: Bundle,
    config: dict[str, Any],
    shapes: PackedShapes,
    known: KnownShapes,
    codes_of: CodesOf,
    plan: WordsPlan,
    work: Path,
    report: ProgressCallback,
) -> None:
    """Write the folder of the CLIP whose text tower was trained on, its thesaurus last."""
    tokenizer, towers, teacher = tokenizer_for(config), bundle.clip.towers, load_teacher()
    told = [entry.words for entry in shapes.entries if entry.words is not None]
    corpus, embeddings = load_or_embed_corpus(work / "corpus", teacher, report, plan.seed, told, plan.corpus)
    meanings, taught = TextCorpus(tokenizer(corpus), embeddings), TaughtTowers(towers, embeddings.shape[1])
    taught.fit_head(meanings)
    settings = ClipTrainingSettings(seed=plan.seed)
    shown = reconstructions_of_known(bundle, shapes, known, codes_of, plan.reconstructed, plan.seed, work, report)
    batches = CaptionedBatches(shapes, split_indices(shapes)[0], shown, settings)
    count = -(-plan.pictures // settings.batch)
    pictures = kept_pictures(work, lambda: encode_pictures(bundle.clip, tokenizer, batches, count, report))
    usual = LockedSettings(seed=plan.seed)
    locked = replace(usual, loop=replace(usual.loop, steps=plan.text_steps))
    train_text_on_pictures(taught, pictures, meanings, locked, work / "words.safetensors", report)
    write_clip_folder(work / CLIP_FOLDER, towers, config)
    thesaurus = build_thesaurus(WordNet(), told_captions(shapes, plan.seed), told_nouns(shapes), teacher.embed)
    write_thesaurus(work / CLIP_FOLDER, thesaurus)
