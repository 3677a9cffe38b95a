"""A mesh as occupied cells and coloured surface points: what a code is fitted to, and what E_S is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from scipy.spatial import cKDTree
from torch import Tensor, nn
from torch.nn import functional

from iss_backend.errors import BadInputError
from iss_backend.meshing.mesh import ColouredMesh, face_normals
from iss_backend.svr.base import SVRModel

GRID = 96  # cells a side
SURFACE_POINTS = 600_000  # enough that no cell that the surface runs through stays without one
COLOURED_POINTS = 16_384
LONGEST_SIDE = 0.9  # of a shape in the cube, as the training shapes were captured
STEEPNESS = 4.0  # logits on either side of the surface of a `VolumeModel`


@dataclass(frozen=True)
class Placement:
    """How a mesh was put into the cube: (vertex - `centre`) * `scale`."""

    centre: tuple[float, float, float]
    scale: float


@dataclass(frozen=True)
class MeshVolume:
    """A mesh in the cube.

    Attributes:
        occupied: cells that are inside or hold a piece of the surface, bool [G, G, G], indexed x, y, z.
        points: on the surface, float32 [N, 3].
        colours: sRGB in 0..1 of those, float32 [N, 3].
        placement: where the mesh was before.
    """

    occupied: Tensor
    points: Tensor
    colours: Tensor
    placement: Placement

    def inside(self, points: Tensor) -> Tensor:
        """Return 0 or 1, float32 [...], for points [..., 3]; beyond the cube is outside."""
        size = self.occupied.shape[0]
        cell = ((points + 0.5) * size).floor().long()
        within = ((cell >= 0) & (cell < size)).all(dim=-1)
        x, y, z = cell.clamp(0, size - 1).unbind(dim=-1)
        return (self.occupied[x, y, z] & within).float()


def volume_of(mesh: ColouredMesh, rng: np.random.Generator) -> MeshVolume:
    """Centre a mesh in the cube and fill it; where it is open, only its walls are inside.

    Raises:
        BadInputError: the mesh has no surface.
    """
    placed, placement = _placed(mesh)
    points, colours = _surface(placed, SURFACE_POINTS, rng)
    walls = np.zeros((GRID,) * 3, bool)
    walls[tuple(((points + 0.5) * GRID).astype(np.int64).clip(0, GRID - 1).T)] = True
    chosen = rng.choice(len(points), COLOURED_POINTS, replace=False)
    kept = (torch.from_numpy(part[chosen]) for part in (points, colours))
    return MeshVolume(torch.from_numpy(ndimage.binary_fill_holes(walls)), *kept, placement)


def _placed(mesh: ColouredMesh) -> tuple[ColouredMesh, Placement]:
    used = mesh.vertices[np.unique(mesh.faces)] if len(mesh.faces) else mesh.vertices[:0]
    if not len(used) or not float(np.ptp(used, axis=0).max()) > 0:
        raise BadInputError(f"The mesh of {len(mesh.faces)} faces has no surface; give one with faces of some size.")
    centre = (used.min(axis=0).astype(np.float64) + used.max(axis=0)) / 2.0
    scale = LONGEST_SIDE / float(np.ptp(used.astype(np.float64), axis=0).max())
    vertices = ((mesh.vertices - centre) * scale).astype(np.float32)
    return ColouredMesh(vertices, mesh.faces, mesh.colours), Placement(tuple(centre.tolist()), scale)


def _surface(mesh: ColouredMesh, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw points [count, 3] uniform over the area, and their colours [count, 3] in 0..1, both float32."""
    area = np.linalg.norm(face_normals(mesh), axis=1)
    if not area.sum() > 0:
        raise BadInputError(f"The mesh of {len(mesh.faces)} faces has no area; give one with faces of some size.")
    corners = mesh.faces[rng.choice(len(area), count, p=area / area.sum())]
    root, second = np.sqrt(rng.random((count, 1))), rng.random((count, 1))  # uniform over a triangle
    shares = np.concatenate([1.0 - root, root * (1.0 - second), root * second], axis=1).astype(np.float32)
    return tuple(
        np.einsum("nc,nci->ni", shares, values[corners]).astype(np.float32)
        for values in (mesh.vertices, mesh.colours.astype(np.float32) / 255.0)
    )


class VolumeModel(SVRModel):
    """A field that is a volume, whatever the code: by it the renderer shows a mesh to E_S."""

    code_size, image_size, colours_are_lit = 1, 1, False

    def __init__(self, volume: MeshVolume) -> None:
        super().__init__()
        smooth = ndimage.gaussian_filter(volume.occupied.numpy().astype(np.float32), 0.7)
        ticks = (np.arange(GRID // 2) + 0.5) / (GRID // 2) - 0.5
        centres = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 3)
        nearest = torch.from_numpy(cKDTree(volume.points.numpy()).query(centres)[1])
        self.register_buffer("logits", STEEPNESS * (2.0 * torch.from_numpy(smooth) - 1.0)[None])
        self.register_buffer("colours", volume.colours[nearest].T.reshape(3, *(GRID // 2,) * 3))

    def encode(self, images: Tensor) -> Tensor:
        """Return codes [B, 1] that say nothing."""
        return images.new_zeros(len(images), 1)

    def prepare(self, codes: Tensor) -> Tensor:
        """See `SVRModel.prepare`: there is nothing to prepare."""
        return codes

    def query(self, field: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `SVRModel.query`."""
        return self.occupancy(field, points), _looked_up(self.colours, points).permute(0, 2, 1)

    def occupancy(self, field: Tensor, points: Tensor) -> Tensor:
        """See `SVRModel.occupancy`."""
        return _looked_up(self.logits, points).squeeze(1)

    def decoder_parameters(self) -> list[nn.Parameter]:
        """Return nothing: a volume is what it is."""
        return []


def _looked_up(values: Tensor, points: Tensor) -> Tensor:
    """Return values [C, G, G, G] of cell centres at points [B, P, 3], trilinearly, as [B, C, P]."""
    grid = (2.0 * points.flip(-1))[:, None, None]  # grid_sample wants the last axis first
    volume = values[None].expand(len(points), -1, -1, -1, -1)
    return functional.grid_sample(volume, grid, padding_mode="border", align_corners=False).flatten(2)
