"""What a person may choose about meshes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from iss_backend.errors import BadInputError

RESOLUTIONS = (8, 512)  # 512^3 samples are 0.5 GB; below 8 nothing is recognisable


@dataclass(frozen=True)
class MeshSettings:
    """How a field becomes a mesh.

    Attributes:
        resolution: samples along each side of the cube, 8..512.
        coarse_resolution: samples a side of the first look at the field; from `resolution` on, all are taken.
        threshold: occupancy probability of the surface, between 0 and 1.
        smallest_part: parts below this fraction of the largest in volume and area are specks; 0 keeps all.
        one_piece: near pieces are bridged, others removed, until there is one; where that gives up much, a lower
            threshold is taken if it gives up half as much or less. Without, every piece stays, at `threshold`.
        chunk: points in one query of the decoder; a processor is never given more than fit its cache.

    Raises:
        BadInputError: a value out of its range.
    """

    resolution: int = 128
    coarse_resolution: int = 48
    threshold: float = 0.5
    smallest_part: float = 0.02
    one_piece: bool = True
    chunk: int = 65536

    def __post_init__(self) -> None:
        lowest, highest = RESOLUTIONS
        _require(lowest <= self.resolution <= highest, "resolution", self.resolution, f"{lowest} to {highest}")
        _require(self.coarse_resolution >= 2, "coarse resolution", self.coarse_resolution, "2 or more")
        _require(0.0 < self.threshold < 1.0, "threshold", self.threshold, "between 0 and 1")
        _require(0.0 <= self.smallest_part <= 1.0, "smallest part", self.smallest_part, "0 to 1")
        _require(self.chunk >= 1, "chunk", self.chunk, "1 or more")

    @property
    def level(self) -> float:
        """The logit at which the surface lies."""
        return math.log(self.threshold / (1.0 - self.threshold))


def _require(fine: bool, name: str, value: float, wanted: str) -> None:
    if not fine:
        raise BadInputError(f"The {name} of a mesh must be {wanted}, not {value}.")
