"""Variants of shapes, checked against the same variant made of the shape itself."""

import numpy as np
import pytest
import torch

from iss_backend.data.orthographic import FAR, orthographic_views
from iss_backend.data.packing import BACKGROUND
from iss_backend.training.augmentation import Augmentation, draw_augmentation

GRID = 16


def layers_of(occupied, points, colours):
    """The layers [1, 6, 4, G, G] of one shape, its palette index as the colour."""
    index, depth = (torch.from_numpy(part) for part in orthographic_views(occupied, points, colours))
    hit = ((index != BACKGROUND) & (depth != FAR)).float()
    nearness = 1.0 - depth.float() / GRID
    return torch.stack([*[index.float() * hit] * 3, nearness * hit], dim=1)[None]


def lopsided_shape(seed=0):
    """A random lump with a coloured point in every cell of it."""
    rng = np.random.default_rng(seed)
    occupied = np.zeros((GRID,) * 3, bool)
    occupied[1:6, 3:10, 4:12] = rng.random((5, 7, 8)) < 0.6
    cells = np.argwhere(occupied)
    return occupied, (cells + 0.5) / GRID - 0.5, rng.integers(1, 4, len(cells)).astype(np.uint8)


def test_mirrored_layers_are_the_layers_of_the_mirrored_shape():
    occupied, points, colours = lopsided_shape()
    turned = layers_of(occupied[::-1], points * [-1, 1, 1], colours)
    mirrored = Augmentation(torch.tensor([[-1.0, 1.0, 1.0]])).layers(layers_of(occupied, points, colours))
    assert torch.equal(mirrored[:, :, 3], turned[:, :, 3])
    assert (mirrored == turned).float().mean() > 0.99  # hit cells' colours; ties of the filling colour aside


def test_squeezing_moves_the_pictures_edges_and_depths():
    occupied = np.zeros((GRID,) * 3, bool)
    occupied[:, :, :] = True
    points, colours = np.zeros((1, 3)), np.ones(1, np.uint8)
    layers = layers_of(occupied, points, colours)
    squeezed = Augmentation(torch.tensor([[0.5, 1.0, 1.0]])).layers(layers)[0]
    assert squeezed[0, 3].allclose(torch.tensor(0.75))  # seen along x: the near face came from 0 to 1/4 of the cube
    rows = (squeezed[4, 3] > 0).any(dim=1)  # seen along z: x are the rows
    assert rows.tolist() == [False] * 4 + [True] * 8 + [False] * 4
    assert squeezed[4, 3][4:12].eq(1.0).all()


def test_points_go_where_the_shape_goes_and_back():
    variants = Augmentation(torch.tensor([[-0.8, 1.0, 0.5]]))
    points = torch.tensor([[[0.5, 0.25, 0.4]]])
    assert variants.moved(points).allclose(torch.tensor([[[-0.4, 0.25, 0.2]]]))
    assert variants.moved_back(variants.moved(points)).allclose(points)


def test_pictures_are_mirrored_only():
    pictures = torch.rand(2, 3, 4, 4)
    variants = Augmentation(torch.tensor([[-0.7, 1.0, 1.0], [0.7, 0.9, 1.0]]))
    assert torch.equal(variants.pictures(pictures)[0], pictures[0].flip(-1))
    assert torch.equal(variants.pictures(pictures)[1], pictures[1])


@pytest.mark.parametrize("mirror", [0.0, 1.0])
@pytest.mark.parametrize("squeeze", [0.0, 1.0])
def test_shares_are_kept(mirror, squeeze):
    variants = draw_augmentation(50, np.random.default_rng(0), mirror, squeeze)
    assert variants.mirrored.float().mean() == mirror
    size = variants.factors.abs()
    assert (size < 1.0).all() if squeeze else (size == 1.0).all()
    assert size.min() >= 0.7
