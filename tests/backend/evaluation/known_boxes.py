"""Meshes whose surface, volume and colours are known."""

import numpy as np

from iss_backend.meshing import ColouredMesh

FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]], np.int32,
)  # fmt: skip
CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)


def box_mesh(low, high, colour=(128, 128, 128)):
    """A closed box between two corners, its faces turned outwards."""
    low, high = np.array(low, np.float32), np.array(high, np.float32)
    return ColouredMesh(low + CORNERS * (high - low), FACES, np.tile(np.uint8(colour), (8, 1)))


def joined(*meshes):
    """Several meshes as one."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return ColouredMesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + np.int32(start) for mesh, start in zip(meshes, starts, strict=False)]),
        np.concatenate([mesh.colours for mesh in meshes]),
    )
