"""Codes moved freely, as it is run from the command line: a bundle in, one that shows its shapes more truly out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from iss_backend.bundle import Bundle
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ProgressCallback
from iss_backend.training.auto_decoding import AutoDecodingSettings, auto_decode
from iss_backend.training.code_source import CodesOf
from iss_backend.training.further import begin_further, need_prior, with_held_out_iou
from iss_backend.training.known_shapes import KnownShapes, MeetingSettings, joined_by_new, meet_codes
from iss_backend.training.mappings import MappingsPlan, train_mappings
from iss_backend.training.outputs import finish_bundle
from iss_backend.training.schedule import LoopSettings
from iss_backend.training.svr import SVRBatch, SVRTrainingSettings, split_indices, train_encoder


@dataclass(frozen=True)
class CodesPlan(MappingsPlan):
    """How the codes of a bundle's training shapes move, and all that speaks of codes with them (see `MappingsPlan`).

    Attributes:
        join: whether packed shapes of the training side that the bundle does not know join it.
        steps: of the codes and D; every shape should have some 40 turns.
        encoder_steps: of E_S after, from the weights it had.
        batch: shapes a step of codes and E_S.
    """

    join: bool = False
    steps: int = 6000
    encoder_steps: int = 1200
    batch: int = 32


def train_codes_run(data: Path, source: Path | None, output: Path, plan: CodesPlan, report: ProgressCallback) -> None:
    """Move the codes of the bundle in `source` (None: the shipped one) and D, then E_S, M and the prior, into `output`.

    The new bundle knows those of its shapes that are among the packed ones, and new ones where the plan says so: these
    begin with the codes of the shape encoder.

    Raises:
        BadInputError: the bundle has no prior, or knows none of the shapes.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    begun = begin_further(data, source, output, plan, need_prior, measured=True)
    shapes, work = begun.shapes, begun.work
    bundle, codes_of = _move_codes(begun.bundle, shapes, plan, work, report)
    _train_encoder(bundle, shapes, codes_of, plan, work, report)
    train_mappings(bundle, shapes, codes_of, plan, work, report)
    finish_bundle(begun.folder, output, with_held_out_iou(replace(bundle, name=plan.name), shapes), work)


def _move_codes(
    bundle: Bundle, shapes: PackedShapes, plan: CodesPlan, work: Path, report: ProgressCallback
) -> tuple[Bundle, CodesOf]:
    """Return the bundle with moved codes, its D trained with them in place, and what gives codes under any palettes."""
    known, samples = KnownShapes(shapes, bundle.shapes), SVRTrainingSettings(batch=plan.batch, seed=plan.seed)
    meeting, beside = MeetingSettings().lasting(plan.meeting_steps), work / "shape_encoder.safetensors"
    autoencoder = meet_codes(bundle.svr, shapes, known, samples, meeting, beside, report)
    if plan.join:
        chosen = split_indices(shapes)[0]
        known = KnownShapes(shapes, joined_by_new(shapes, known, chosen, autoencoder.encode))
    usual = AutoDecodingSettings()
    loop = replace(usual.samples.loop, steps=plan.steps)
    settings = replace(usual, samples=replace(usual.samples, loop=loop, batch=plan.batch, seed=plan.seed))
    codes = auto_decode(autoencoder, shapes, known, settings, work / "codes.safetensors", report)
    return replace(bundle, shapes=codes), KnownShapes(shapes, codes).codes_by(autoencoder)


def _train_encoder(
    bundle: Bundle, shapes: PackedShapes, codes_of: CodesOf, plan: CodesPlan, work: Path, report: ProgressCallback
) -> None:
    known = KnownShapes(shapes, bundle.shapes)
    loop = LoopSettings(steps=plan.encoder_steps, learning_rate=5e-4)
    # The codes of mirrored shapes are unknown.
    settings = SVRTrainingSettings(batch=plan.batch, mirror=0.0, seed=plan.seed, encoder_loop=loop)

    def targets_of(batch: SVRBatch) -> Tensor:
        """Return the moved codes of the shapes of a batch."""
        return codes_of(batch.shapes, batch.palettes)

    train_encoder(bundle.svr, shapes, known.numbers, targets_of, settings, work / "encoder.safetensors", report)
