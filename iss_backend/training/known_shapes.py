"""The codes that a bundle ships of its training shapes, and a shape encoder, which no bundle holds, that gives them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iss_backend.bundle import ShapeCodes
from iss_backend.data.packed import PackedShapes
from iss_backend.errors import BadInputError
from iss_backend.progress import ProgressCallback
from iss_backend.svr.base import SVRModel
from iss_backend.svr.losses import svr_point_loss
from iss_backend.training.code_source import CodesOf, codes_in_own_colours
from iss_backend.training.precision import arrange_for_training, mixed_precision
from iss_backend.training.schedule import LoopSettings, no_evaluation, run_training
from iss_backend.training.shape_encoder import code_distance
from iss_backend.training.svr import ShapeAutoencoder, SVRBatches, SVRTrainingSettings, shape_ious

UNKNOWN = "The bundle was not trained on any of these shapes; give the data it was trained on."
LEAST_IOU = 0.4  # of a shipped code with the captured shape of its name: below, it is another shape
RECOGNITION_GRID = 16


class KnownShapes:
    """The packed shapes whose codes a bundle ships, in their own colours.

    Raises:
        BadInputError: the bundle ships codes of none of them.
    """

    def __init__(self, shapes: PackedShapes, known: ShapeCodes) -> None:
        rows = {name: row for row, name in enumerate(known.names)}
        names = [entry.full_name for entry in shapes.entries]
        self.numbers = np.flatnonzero([name in rows for name in names])
        if not len(self.numbers):
            raise BadInputError(UNKNOWN)
        self._rows = torch.tensor([rows.get(name, -1) for name in names])
        self._codes, self._palettes = known.codes, shapes.palettes

    def codes(self, numbers: np.ndarray) -> Tensor:
        """Return the bundle's codes [B, C] of shapes by their numbers [B] in the packed set."""
        return self._codes[self._rows[numbers]]

    def recognised(self, svr: SVRModel, shapes: PackedShapes) -> np.ndarray:
        """Return the numbers of those that D shows as captured: other data may give a known name to another shape.

        Raises:
            BadInputError: there is none.
        """
        fits = shape_ious(svr, shapes, self.numbers, self.codes, RECOGNITION_GRID)
        numbers = self.numbers[fits.numpy() >= LEAST_IOU]
        if not len(numbers):
            raise BadInputError(UNKNOWN)
        return numbers

    def palettes(self, numbers: np.ndarray) -> Tensor:
        """Return their own colours [B, K, 3]."""
        return torch.from_numpy(self._palettes[numbers])

    def codes_by(self, autoencoder: ShapeAutoencoder) -> CodesOf:
        """Return what gives the codes of these shapes under any palettes.

        It is the bundle's code of a shape, moved by what other colours change for the shape encoder, so that the
        encoder's mistakes about the form cancel.
        """

        def codes_of(numbers: np.ndarray, palettes: Tensor) -> Tensor:
            """Return the codes of shapes under palettes."""
            own = autoencoder.encode(numbers, self.palettes(numbers))
            return self.codes(numbers) + autoencoder.encode(numbers, palettes) - own

        return codes_of


def joined_by_new(shapes: PackedShapes, known: KnownShapes, chosen: np.ndarray, codes_of: CodesOf) -> ShapeCodes:
    """Return the codes [known + new, C] of known shapes, and of new ones among the chosen as a shape encoder has them.

    Args:
        shapes: the packed shapes.
        known: those that the bundle ships codes of.
        chosen: numbers [N] of shapes, known or new.
        codes_of: the shape encoder (see `CodesOf`).
    """
    new = np.setdiff1d(chosen, known.numbers)
    codes = [known.codes(known.numbers)]
    if len(new):
        codes.append(codes_in_own_colours(shapes, new, codes_of, rounds=1))
    return ShapeCodes(torch.cat(codes), tuple(shapes.entries[number].full_name for number in (*known.numbers, *new)))


@dataclass(frozen=True)
class MeetingSettings:
    """How a shape encoder learns a bundle's codes: by `code_weight` times their distance, and L_D of varied shapes."""

    code_weight: float = 2.0
    loop: LoopSettings = field(default_factory=lambda: LoopSettings(steps=250, learning_rate=2e-3, warmup=50))

    def lasting(self, steps: int) -> MeetingSettings:
        """Return the same with so many steps."""
        return replace(self, loop=replace(self.loop, steps=steps))


def meet_codes(
    svr: SVRModel,
    shapes: PackedShapes,
    known: KnownShapes,
    samples: SVRTrainingSettings,
    settings: MeetingSettings,
    checkpoint: Path,
    report: ProgressCallback,
) -> ShapeAutoencoder:
    """Return an autoencoder around D whose shape encoder knows the codes of the known shapes, in their own colours.

    It also learned those that D shows varied shapes with, as `samples` vary them; D stands still.
    """
    torch.manual_seed(samples.seed)  # of the initial weights
    autoencoder = ShapeAutoencoder(svr, shapes).requires_grad_(False)
    batches = SVRBatches(shapes, known.numbers, samples)
    arrange_for_training(autoencoder)
    encoder = autoencoder.shape_encoder.train().requires_grad_(True)

    def loss_of_step(step: int) -> Tensor:
        """Return the loss of a step."""
        batch = batches.draw(step, samples.mirror, samples.squeeze)
        with mixed_precision():
            own = autoencoder.encode(batch.shapes, known.palettes(batch.shapes))
            codes = autoencoder.encode(batch.shapes, batch.palettes, batch.variants)
            shown = svr_point_loss(svr, svr.prepare(codes), batches.field_samples(batch), samples.weights)
        return shown + settings.code_weight * code_distance(own, known.codes(batch.shapes))

    run_training("shape encoder", encoder, loss_of_step, no_evaluation, settings.loop, checkpoint, report)
    encoder.eval().requires_grad_(False)
    return autoencoder
