"""The further training of D as it is run from the command line: a bundle in, the same bundle with a better D out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from iss_backend.bundle import Bundle
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.triplane import NORM_GROUPS, TriplaneModel
from iss_backend.training.decoder import DecoderFurther, enlarged, train_decoder_further
from iss_backend.training.further import begin_further, with_held_out_iou
from iss_backend.training.outputs import finish_bundle


@dataclass(frozen=True)
class DecoderPlan:
    """How D of a bundle is trained further.

    Attributes:
        name: of the new bundle.
        steps, encoder_steps: of D, and of the shape encoder before it.
        fine_channels: width of what refines the planes to twice their size, a multiple of 4; 0 leaves their size.
        batch, seed: shapes a step, and of every draw.
    """

    name: str
    steps: int = 4000
    encoder_steps: int = 250
    fine_channels: int = 0
    batch: int = 16
    seed: int = 0

    def settings(self) -> DecoderFurther:
        """Return the settings of the training."""
        usual = DecoderFurther()
        loop = replace(usual.samples.loop, steps=self.steps)
        samples = replace(usual.samples, loop=loop, batch=self.batch, seed=self.seed)
        return replace(usual, samples=samples, meeting=usual.meeting.lasting(self.encoder_steps))


def train_decoder_run(
    data: Path, source: Path | None, output: Path, plan: DecoderPlan, report: ProgressCallback
) -> None:
    """Train D of the bundle in `source` (None: the shipped one) on the packed shapes it learned, into `output`.

    Raises:
        BadInputError: the bundle is no tri-plane model's, or knows none of the shapes; the width is no multiple of 4.
        OutputError: there is a bundle in `output` already, or it cannot be written.
    """
    if plan.fine_channels % NORM_GROUPS:
        raise BadInputError(f"--fine-channels {plan.fine_channels} is no multiple of {NORM_GROUPS}; give one.")
    begun = begin_further(data, source, output, plan, _need_triplanes, measured=True)
    torch.manual_seed(plan.seed)  # of the initial weights of what is added
    bundle = replace(begun.bundle, name=plan.name, svr=enlarged(begun.bundle.svr, plan.fine_channels))
    train_decoder_further(bundle, begun.shapes, plan.settings(), begun.work / "decoder.safetensors", report)
    finish_bundle(begun.folder, output, with_held_out_iou(bundle, begun.shapes), begun.work)


def _need_triplanes(bundle: Bundle, folder: Path) -> None:
    if not isinstance(bundle.svr, TriplaneModel):
        raise BadInputError(f"The bundle in {folder} is no tri-plane model's; 'train decoder' is for those alone.")
