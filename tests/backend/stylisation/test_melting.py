"""A table of four legs melts: it sinks, melt hangs from its edges, and all stands in one puddle."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from iss_backend.meshing import MeshSettings, extract_mesh
from iss_backend.stylisation.bend import BentModel, BentStyle
from iss_backend.stylisation.bending import Bending, spread_over
from iss_backend.stylisation.distances import CELLS, cell_centres, distances_of
from iss_backend.stylisation.melting import sagged, smooth_union
from iss_backend.stylisation.runs import GRID, LONGEST, runs_of

CODE = torch.zeros(1)
FOOT, TOP = -0.25, 0.2  # of the table; its top is 0.1 thick
DRAWS = torch.full((8,), 0.4)


def table(points, radius):
    """Depths in a top of 0.6 x 0.1 x 0.4 on four legs of radius 0.05."""
    x, y, z = points.unbind(-1)
    top = torch.stack([x.abs() - 0.3, (y - 0.15).abs() - 0.05, z.abs() - 0.2], dim=-1).amax(dim=-1)
    legs = torch.maximum(((x.abs() - 0.22) ** 2 + (z.abs() - 0.13) ** 2).sqrt() - 0.05, (y + 0.05).abs() - 0.2)
    return -torch.minimum(top, legs)


@pytest.fixture
def straight(analytic):
    return analytic(table, 0.0)


@pytest.fixture
def far(straight):
    return distances_of(straight, straight.prepare(CODE[None]), torch.device("cpu"))


def melted(base, amount=1.0):
    return BentModel(base, BentStyle("melting", amount, 0)).eval()


def cells_inside(model, size=64):
    """Return which cells [size, size, size], indexed x, y, z, are inside, in the straight shape's units."""
    field = model.prepare(CODE[None])
    with torch.no_grad():
        inside = model.occupancy(field, cell_centres(size)[None] / getattr(field, "scale", 1.0)) > 0
    return inside.view(size, size, size).permute(2, 1, 0).numpy()


def test_what_sags_was_higher_up_and_the_foot_stays(far):
    points = cell_centres(16)[None]
    back = sagged(points, Bending(1.0, DRAWS, far))
    high = points[..., 1] > 0.0
    assert (back[..., 1] >= points[..., 1] - 1e-6).all()
    assert (back[..., 1] - points[..., 1])[high].min() > 0.05
    foot = points * torch.tensor([1.0, 0.0, 1.0]) + torch.tensor([0.0, float(far.low[1]), 0.0])
    torch.testing.assert_close(sagged(foot, Bending(1.0, DRAWS, far)), foot)
    torch.testing.assert_close(sagged(points, Bending(0.0, DRAWS, far)), points)


def test_a_union_is_filled_where_its_parts_meet_and_nowhere_else():
    first, second = torch.tensor([0.1, 0.1, 0.1]), torch.tensor([0.1, 0.2, 0.3])
    torch.testing.assert_close(smooth_union(first, second, 0.1), torch.tensor([0.075, 0.1, 0.1]))


def test_melt_runs_downwards_from_the_edges_and_hangs_in_the_air(far):
    runs = runs_of(Bending(1.0, DRAWS, far))
    low = -0.5 + (torch.nonzero(runs.volume[0, 0] < 0)[:, 1].float() + 0.5) / GRID
    assert low.max() < TOP + 0.05
    assert low.min() > FOOT - 0.05
    hanging = cell_centres(GRID)[None]
    hanging = hanging[(runs.at(hanging) < 0) & (far.at(hanging) > 0.03)]
    assert len(hanging) > 20
    assert (hanging[:, 1] < TOP - 0.1).all()  # below the table's top, and nowhere above it
    below = hanging - runs.sources_at(hanging[None])[0]
    assert (below[:, 1] < 0).all()
    assert below[:, 1].min() > -LONGEST - 0.05


def test_nothing_runs_where_nothing_melts(far):
    assert (runs_of(Bending(0.0, DRAWS, far)).volume > 0.5).all()


def test_one_smooth_puddle_joins_the_legs(straight):
    floor = int((FOOT + 0.02 + 0.5) * CELLS)
    _, before = ndimage.label(cells_inside(straight)[:, floor])
    puddle = cells_inside(melted(straight))[:, floor]
    _, after = ndimage.label(puddle)
    assert (before, after) == (4, 1)
    assert puddle[CELLS // 2, CELLS // 2]
    assert ndimage.label(~puddle)[1] == 1  # without a hole
    assert puddle.sum() > 0.6 * 0.4 * CELLS**2  # more than what stands above it


def test_nothing_melts_through_the_floor(straight):
    lowest = np.flatnonzero(cells_inside(melted(straight)).any(axis=(0, 2)))[0]
    assert lowest == np.flatnonzero(cells_inside(straight).any(axis=(0, 2)))[0]


def test_a_melted_table_is_one_closed_piece_even_without_bridges(straight):
    model = melted(straight)
    with torch.no_grad():
        mesh = extract_mesh(model, model.prepare(CODE[None]), MeshSettings(resolution=64, one_piece=False))
    assert mesh.is_watertight
    assert ndimage.label(cells_inside(model), np.ones((3, 3, 3)))[1] == 1


def test_runs_keep_the_colours_of_where_they_come_from(straight, far):
    """The model's colours are 0.5 + 0.8 p: what hangs in the air shows the edge, not the place below it."""
    model = melted(straight, 0.3)
    field = model.prepare(CODE[None])
    runs = runs_of(Bending(0.3, torch.rand(8, generator=torch.Generator().manual_seed(0)), field_distances(model)))
    points = cell_centres(GRID)[None]
    hanging = points[:, ((runs.at(points) < -0.004) & (far.at(points) > 0.03))[0]]
    colours = model.query(field, hanging / field.scale)[1]
    sources = runs.sources_at(hanging)
    assert (colours - (0.5 + 0.8 * sources)).abs().mean() < 0.05
    assert (colours[..., 1] - (0.5 + 0.8 * hanging[..., 1])).mean() > 0.05


def field_distances(model):
    softness = 0.3 * 0.8
    return distances_of(model.base, model.base.prepare(CODE[None]), torch.device("cpu"), softness)


def test_points_are_spread_until_all_others_are_near():
    line = torch.linspace(0.0, 1.0, 5)[:, None] * torch.tensor([1.0, 0.0, 0.0])
    assert spread_over(line, 0.3, 10, 0.0)[:, 0].tolist() == [0.0, 1.0, 0.5]
    assert len(spread_over(line, 0.0, 4, 0.0)) == 4
    assert len(spread_over(line[:0], 0.3, 10, 0.5)) == 0
