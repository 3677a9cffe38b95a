"""The further training of a CLIP's image tower as it is run from the command line: a bundle in, one that sees out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from iss_backend.bundle import CLIP_FOLDER, Bundle
from iss_backend.clip import load_clip
from iss_backend.clip.thesaurus import THESAURUS_FILE, write_thesaurus
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings
from iss_backend.training.clip_config import read_clip_config, write_clip_folder
from iss_backend.training.code_source import CodesOf
from iss_backend.training.further import begin_further, need_prior
from iss_backend.training.known_shapes import KnownShapes
from iss_backend.training.locked_text import ImagesSettings, train_images_on_texts
from iss_backend.training.mappings import MappingsPlan, train_mappings
from iss_backend.training.outputs import finish_bundle
from iss_backend.training.recipes import caption_gap
from iss_backend.training.recipes_prior import known_codes
from iss_backend.training.reconstructions import reconstructions_of_known
from iss_backend.training.svr import SVRTrainingSettings, split_indices


@dataclass(frozen=True)
class ImagesPlan(MappingsPlan):
    """How a bundle's image tower is trained further, and M and the prior after it (see `MappingsPlan`).

    Attributes:
        steps, batch: of the image tower, and pictures that a step sees.
        reconstructed: known shapes that some of them show as D shows them.
    """

    steps: int = 6000
    batch: int = 128
    reconstructed: int = 1500


def train_images_run(data: Path, source: Path | None, output: Path, plan: ImagesPlan, report: ProgressCallback) -> None:
    """Teach the image tower of the bundle in `source` (None: the shipped one), then let M and the prior follow.

    Texts keep their features, and with them the thesaurus and the point tower stay; so do E_S and D. The text-image gap
    is measured anew.

    Raises:
        BadInputError: the bundle has no prior, or knows none of the shapes.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    begun = begin_further(data, source, output, plan, need_prior, measured=True)
    bundle, shapes, work = begun.bundle, begun.shapes, begun.work
    known, samples = KnownShapes(shapes, bundle.shapes), SVRTrainingSettings(seed=plan.seed)
    codes_of = known_codes(bundle, shapes, known, samples, plan.meeting_steps, work, report)
    if not (work / CLIP_FOLDER / THESAURUS_FILE).is_file():
        _teach_images(bundle, begun.folder, shapes, known, codes_of, plan, work, report)
    clip = load_clip(work / CLIP_FOLDER)
    gap = caption_gap(clip, shapes, split_indices(shapes)[0])
    bundle = replace(bundle, name=plan.name, clip=clip, gap=gap)
    train_mappings(bundle, shapes, codes_of, plan, work, report)
    finish_bundle(work, output, bundle, work)


def _teach_images(
    bundle: Bundle,
    folder: Path,
    shapes: PackedShapes,
    known: KnownShapes,
    codes_of: CodesOf,
    plan: ImagesPlan,
    work: Path,
    report: ProgressCallback,
) -> None:
    """Write the folder of the CLIP whose image tower was trained on, its thesaurus last."""
    shown = reconstructions_of_known(bundle, shapes, known, codes_of, plan.reconstructed, plan.seed, work, report)
    drawn, (train, test) = ClipTrainingSettings(batch=plan.batch, seed=plan.seed), split_indices(shapes)
    batches, held_out = CaptionedBatches(shapes, train, shown, drawn), CaptionedBatches(shapes, test, None, drawn)
    usual = ImagesSettings(seed=plan.seed)
    settings = replace(usual, loop=replace(usual.loop, steps=plan.steps))
    train_images_on_texts(bundle.clip, batches, held_out, settings, work / "images.safetensors", report)
    config = read_clip_config(folder / CLIP_FOLDER)
    write_clip_folder(work / CLIP_FOLDER, bundle.clip.towers, config)
    write_thesaurus(work / CLIP_FOLDER, bundle.clip.thesaurus)
