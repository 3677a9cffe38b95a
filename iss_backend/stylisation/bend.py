"""Fields bent by a deformation that a text names: spikes and drips finer than a fine-tuned D_o can sculpt.

D itself is not touched: the bent field asks it elsewhere, or adds to it. A bent style is stored as one tensor of
`BentStyle.to_tensor`, by the name of its deformation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from iss_backend.errors import BadInputError
from iss_backend.stylisation.bending import Bending, Bent
from iss_backend.stylisation.bends import BENDS
from iss_backend.stylisation.distances import cell_centres, distances_of
from iss_backend.svr.base import FieldState, SVRModel

PREFIX = "bend"
SEEDS = 2**20  # seeds beyond would not survive as float32
ROOM = 0.49  # half a side of the cube that a bent shape is shrunk into
LOOK_SIDE, LOOK_CELLS = 1.6, 48  # of the larger cube in which its extent is found
NOTHING = -10.0  # logit beyond the cube of the straight shape


@dataclass(frozen=True)
class BentStyle:
    """A deformation, a key of `BENDS`, its `amount` in 0..1, and the `seed` of its random numbers."""

    name: str
    amount: float
    seed: int

    def to_tensor(self) -> Tensor:
        """Return the amount and the seed, float32 [2]."""
        return torch.tensor([self.amount, float(self.seed)])

    @staticmethod
    def from_weights(weights: dict[str, Tensor]) -> BentStyle:
        """Read a stored style.

        Raises:
            BadInputError: the deformation is not known, or these are other numbers.
        """
        name, numbers = next(iter(weights.items()))
        name = name.partition(".")[2]
        if len(weights) != 1 or name not in BENDS or numbers.shape != (2,):
            raise BadInputError(f"This version knows no such deformation as '{name}'; stylise the shape anew.")
        return BentStyle(name, float(numbers[0]), int(numbers[1]))

    def weights(self) -> dict[str, Tensor]:
        """Return the style as it is stored; {} for none of it, which bends a field all the same."""
        return {} if self.amount == 0.0 else {f"{PREFIX}.{self.name}": self.to_tensor()}


@dataclass(frozen=True)
class BentField:
    """The straight field, how it is bent, where its surface is, and how far all is shrunk to fit the cube."""

    straight: FieldState
    bent: Bent
    nearest: Callable[[Tensor], Tensor]
    scale: float = 1.0


class BentModel(SVRModel):
    """An SVR model whose field is bent; for one code at a time.

    Attributes:
        base: the bundle's model, which is never changed.
        style: the deformation.
    """

    def __init__(self, base: SVRModel, style: BentStyle) -> None:
        super().__init__()
        self.base, self.style = base, style
        self.code_size, self.image_size = base.code_size, base.image_size
        self.colours_are_lit, self.code_ending = base.colours_are_lit, base.code_ending

    def encode(self, images: Tensor) -> Tensor:
        """See `SVRModel.encode`; a deformation does not change E_S."""
        return self.base.encode(images)

    def prepare(self, codes: Tensor) -> BentField:
        """Return the bent field of one code [1, C], shrunk where it would not fit into the cube."""
        bend, straight = BENDS[self.style.name], self.base.prepare(codes)
        distances = distances_of(self.base, straight, codes.device, self.style.amount * bend.softness)
        draws = torch.rand(8, generator=torch.Generator().manual_seed(self.style.seed)).to(codes.device)
        field = BentField(straight, bend.make(Bending(self.style.amount, draws, distances)), distances.nearest)
        return replace(field, scale=self._scale(field, codes.device))

    def query(self, field: BentField, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`; what is added has the colours of the surface next to it."""
        wide = field.scale * points
        colours = self.base.query(field.straight, field.nearest(field.bent.back(wide)))[1]
        if field.bent.paint is not None:
            paint, laid_on = field.bent.paint(wide)
            colours = torch.where(laid_on[..., None], paint, colours)
        return self.occupancy(field, points), colours

    def occupancy(self, field: BentField, points: Tensor) -> Tensor:
        """See `SVRModel.occupancy`."""
        wide, bent = field.scale * points, field.bent
        if bent.replaces:
            return bent.extra(wide)
        places = bent.back(wide)
        beyond = (places.abs() > 0.5).any(dim=-1)
        logits = torch.where(beyond, NOTHING, self.base.occupancy(field.straight, places.clamp(-0.5, 0.5)))
        return torch.maximum(logits, bent.extra(wide)) if bent.extra else logits

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return nothing: a deformation is not descended to."""
        return []

    def differences(self) -> dict[str, Tensor]:
        """Return the style as it is stored."""
        return self.style.weights()

    @torch.no_grad()
    def _scale(self, field: BentField, device: torch.device) -> float:
        """Return by how much points have to be spread for the bent shape to fit into the cube."""
        points = LOOK_SIDE * cell_centres(LOOK_CELLS).to(device)
        inside = torch.cat([self.occupancy(field, part[None])[0] > 0 for part in points.split(32768)])
        if not inside.any():
            return 1.0
        return max(1.0, float(points[inside].abs().max() + 0.5 * LOOK_SIDE / LOOK_CELLS) / ROOM)


def weakened(weights: dict[str, Tensor], amount: float) -> dict[str, Tensor]:
    """Return a stored deformation of which a share `amount` is left; {} is none."""
    style = BentStyle.from_weights(weights)
    return replace(style, amount=amount * style.amount).weights()


def between_bends(first: dict[str, Tensor], second: dict[str, Tensor], amount: float) -> dict[str, Tensor]:
    """Return the deformation at `amount` (0..1) of the way from one stored one to another; {} is none.

    Two different ones have nothing in between but the straight shape.
    """
    if first and second and first.keys() == second.keys():
        styles = [BentStyle.from_weights(weights) for weights in (first, second)]
        return replace(styles[0], amount=torch.lerp(*(torch.tensor(s.amount) for s in styles), amount).item()).weights()
    if first and second:
        return weakened(first, 1.0 - 2.0 * amount) if amount < 0.5 else weakened(second, 2.0 * amount - 1.0)
    return weakened(first, 1.0 - amount) if first else weakened(second, amount)
