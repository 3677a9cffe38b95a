"""Field -> coloured mesh: the zero level set of D_o, coloured by D_c at its vertices."""

from __future__ import annotations

import numpy as np
import torch

from iss_backend.meshing.holding import sample_in_one_piece
from iss_backend.meshing.marching import marching_cubes
from iss_backend.meshing.mesh import ColouredMesh
from iss_backend.meshing.sampling import device_of, sample_field
from iss_backend.meshing.settings import MeshSettings
from iss_backend.rendering.queries import colours_in_chunks
from iss_backend.svr.base import FieldState, SVRModel


def extract_mesh(svr: SVRModel, field: FieldState, settings: MeshSettings | None = None) -> ColouredMesh:
    """Return the watertight mesh of one shape; an empty one where the field is outside everywhere.

    Args:
        svr: the model whose decoder is asked.
        field: `svr.prepare(codes)` of ONE code [1, C].
        settings: resolution and threshold; specks stay (see `remove_specks`).

    Raises:
        BundleError: the decoder answers with something that is no number.
    """
    settings = settings or MeshSettings()
    if settings.one_piece:
        values = sample_in_one_piece(svr, field, settings)
    else:
        values = sample_field(svr, field, settings).values
    nodes, faces = marching_cubes(values)
    if not len(faces):
        return ColouredMesh.empty()
    vertices = (nodes / (settings.resolution - 1) - 0.5).astype(np.float32)
    return ColouredMesh(vertices, faces, vertex_colours(svr, field, vertices, settings.chunk))


@torch.inference_mode()
def vertex_colours(svr: SVRModel, field: FieldState, vertices: np.ndarray, chunk: int = 65536) -> np.ndarray:
    """Return the colours D_c [V, 3] uint8 sRGB of one shape at vertices [V, 3], `chunk` of them at a time."""
    device = device_of(svr)
    colours = np.empty((len(vertices), 3), np.uint8)
    for start in range(0, len(vertices), chunk):
        points = torch.from_numpy(vertices[start : start + chunk]).to(device)
        rgb = colours_in_chunks(svr, field, points).clamp(0.0, 1.0)
        colours[start : start + chunk] = (rgb * 255.0).round().to(torch.uint8).cpu().numpy()
    return colours
