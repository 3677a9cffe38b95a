"""Fields whose surfaces are known exactly, behind the interface of a real model."""

import numpy as np
import pytest
import torch

from iss_backend.meshing import ColouredMesh
from iss_backend.svr.base import SVRModel


class AnalyticSVR(SVRModel):
    """A decoder without weights: logits are `steepness` times a signed distance (positive inside)."""

    code_size, image_size, colours_are_lit = 1, 8, False

    def __init__(self, distance, steepness=40.0):
        super().__init__()
        self.distance, self.steepness, self.asked = distance, steepness, 0

    def encode(self, images):
        return torch.zeros(len(images), 1)

    def prepare(self, codes):
        return codes

    def query(self, field, points):
        assert points.shape[0] == 1 and points.dtype == torch.float32
        assert torch.is_inference_mode_enabled()
        self.asked += points.shape[1]
        return self.steepness * self.distance(points), points + 0.5

    def decoder_parameters(self):
        return []


def sphere(radius=0.3, centre=(0.0, 0.0, 0.0)):
    return lambda p: radius - (p - torch.tensor(centre)).norm(dim=-1)


def torus(big=0.3, small=0.1):
    def distance(p):
        ring = p[..., [0, 2]].norm(dim=-1) - big
        return small - torch.stack([ring, p[..., 1]], dim=-1).norm(dim=-1)

    return distance


def box(*half):
    def distance(p):
        outside = p.abs() - torch.tensor(half)
        return -(outside.clamp(min=0).norm(dim=-1) + outside.amax(dim=-1).clamp(max=0))

    return distance


def union(*distances):
    return lambda p: torch.stack([d(p) for d in distances]).amax(dim=0)


@pytest.fixture
def cube_mesh():
    """A cube of side 1 from eight corners, each of its own colour."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], np.int32)
    colours = np.arange(24, dtype=np.uint8).reshape(8, 3) * 11
    return ColouredMesh(corners.astype(np.float32) - 0.5, faces, colours)


def euler_number(mesh):
    edges = np.sort(np.stack([mesh.faces, np.roll(mesh.faces, -1, axis=1)], -1).reshape(-1, 2), axis=1)
    return len(mesh.vertices) - len(np.unique(edges, axis=0)) + len(mesh.faces)


@pytest.fixture(scope="session")
def fields():
    """Name -> (signed distance, volume, Euler number)."""
    ball = 4 / 3 * np.pi
    apart = union(sphere(0.15, (-0.25, 0.0, 0.0)), sphere(0.1, (0.3, 0.1, 0.2)))
    return {
        "sphere": (sphere(), ball * 0.3**3, 2),
        "torus": (torus(), 2 * np.pi**2 * 0.3 * 0.1**2, 0),
        "two spheres": (apart, ball * (0.15**3 + 0.1**3), 4),
        "thin plate": (box(0.4, 0.012, 0.3), 0.8 * 0.024 * 0.6, 2),
        "box": (box(0.3, 0.2, 0.1), 0.6 * 0.4 * 0.2, 2),
        "beyond the cube": (box(0.2, 0.7, 0.7), 0.4, 2),
    }


@pytest.fixture(scope="session")
def shapes():
    """The makers above, for tests that build their own."""
    return {"sphere": sphere, "torus": torus, "box": box, "union": union, "euler": euler_number, "svr": AnalyticSVR}
