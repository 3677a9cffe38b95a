"""From a field to a clean, closed, coloured mesh, and from there to a file."""

from iss_backend.meshing.clean import remove_specks, taubin_smooth, weld
from iss_backend.meshing.export import ENCODERS as MESH_FORMATS
from iss_backend.meshing.export import write_mesh
from iss_backend.meshing.extract import extract_mesh, vertex_colours
from iss_backend.meshing.kept_cells import grid_in_one_piece
from iss_backend.meshing.mesh import ColouredMesh, vertex_normals
from iss_backend.meshing.read import READABLE, read_mesh
from iss_backend.meshing.sampling import FieldSamples, sample_field
from iss_backend.meshing.settings import MeshSettings

__all__ = [
    "MESH_FORMATS",
    "READABLE",
    "ColouredMesh",
    "FieldSamples",
    "MeshSettings",
    "extract_mesh",
    "grid_in_one_piece",
    "read_mesh",
    "remove_specks",
    "sample_field",
    "taubin_smooth",
    "vertex_colours",
    "vertex_normals",
    "weld",
    "write_mesh",
]
