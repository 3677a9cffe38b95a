"""The further training of a prior as it is run from the command line: a bundle in, one with a better prior out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.code_source import CodesOf
from iss_backend.training.further import begin_further, need_prior
from iss_backend.training.known_pairs import known_pairs
from iss_backend.training.known_shapes import KnownShapes, MeetingSettings, meet_codes
from iss_backend.training.outputs import finish_bundle
from iss_backend.training.stage1 import train_prior_further
from iss_backend.training.svr import SVRTrainingSettings


@dataclass(frozen=True)
class PriorPlan:
    """How the prior of a bundle is trained further.

    Attributes:
        name: of the new bundle.
        steps, encoder_steps: of the prior, and of the shape encoder before it.
        pairs: captioned pictures that it learns from.
        batch, seed: shapes a step of the shape encoder, and of every draw.
    """

    name: str
    steps: int = 3000
    encoder_steps: int = 300
    pairs: int = 15000
    batch: int = 16
    seed: int = 0


def train_prior_run(data: Path, source: Path | None, output: Path, plan: PriorPlan, report: ProgressCallback) -> None:
    """Train the prior of the bundle in `source` (None: the shipped one) on the packed shapes it learned, into `output`.

    Pairs are drawn by how well D shows their shapes (see `fidelity`), so that the prior draws more of what D can show.

    Raises:
        BadInputError: the bundle has no prior, or knows none of the shapes.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    begun = begin_further(data, source, output, plan, need_prior)
    bundle, shapes, work = begun.bundle, begun.shapes, begun.work
    known = KnownShapes(shapes, bundle.shapes)
    samples = SVRTrainingSettings(batch=plan.batch, seed=plan.seed)
    codes_of = known_codes(bundle, shapes, known, samples, plan.encoder_steps, work, report)
    train_prior_on_known(bundle, shapes, known, codes_of, plan, work, report)
    finish_bundle(begun.folder, output, replace(bundle, name=plan.name), work)


def known_codes(
    bundle: Bundle,
    shapes: PackedShapes,
    known: KnownShapes,
    samples: SVRTrainingSettings,
    steps: int,
    work: Path,
    report: ProgressCallback,
) -> CodesOf:
    """Return what gives the codes of known shapes under any palettes, once a shape encoder has learned the bundle's."""
    meeting, beside = MeetingSettings().lasting(steps), work / "shape_encoder.safetensors"
    return known.codes_by(meet_codes(bundle.svr, shapes, known, samples, meeting, beside, report))


def train_prior_on_known(
    bundle: Bundle,
    shapes: PackedShapes,
    known: KnownShapes,
    codes_of: CodesOf,
    plan: PriorPlan,
    work: Path,
    report: ProgressCallback,
) -> None:
    """Train a bundle's prior on, in place, on captioned pictures of the shapes that it knows and their codes."""
    file = work / "pairs.safetensors"
    pairs = known_pairs(bundle, shapes, known, codes_of, plan.pairs, plan.seed, file, report)
    train_prior_further(bundle.prior, pairs, plan.steps, plan.seed, work / "prior.safetensors", report)
