import numpy as np
import pytest
import torch
from torch.nn import functional

from iss_backend.data.colour_names import BASIC_COLOURS, name_of
from iss_backend.data.materials import SOLID_MATERIALS, draw_material, draw_piece, paint_points
from iss_backend.data.noise import LATTICE, cells, fractal_noise, value_noise
from iss_backend.data.textures import gradient, mix, ramp, rgb
from iss_backend.errors import BadInputError


@pytest.fixture(scope="module")
def ball():
    """Return points of a ball of radius 0.4, their normals, and a plain red albedo."""
    normals = functional.normalize(torch.randn(20000, 3, generator=torch.Generator().manual_seed(0)), dim=1)
    return 0.4 * normals, normals, torch.tensor([0.8, 0.1, 0.1]).expand(20000, 3)


def named(colours):
    names = np.array(BASIC_COLOURS)[name_of((colours.numpy() * 255.0).round().astype(np.uint8))]
    return {name: float((names == name).mean()) for name in set(names)}


def test_value_noise_is_the_lattice_at_its_points_and_its_mean_between_them():
    corner, other = torch.tensor([[3.0, 4.0, 5.0]]), torch.tensor([[4.0, 4.0, 5.0]])
    middle = value_noise((corner + other) / 2.0)
    torch.testing.assert_close(middle, (value_noise(corner) + value_noise(other)) / 2.0)
    torch.testing.assert_close(value_noise(corner + LATTICE), value_noise(corner))
    torch.testing.assert_close(value_noise(corner - 3.0 * LATTICE), value_noise(corner))


def test_noise_is_continuous_and_within_bounds():
    points = torch.rand(5000, 3, generator=torch.Generator().manual_seed(1)) * 100.0 - 50.0
    for noise in (value_noise, fractal_noise):
        values = noise(points)
        assert 0.0 <= values.min() < 0.15 and 0.85 < values.max() <= 1.0
        assert values.mean().item() == pytest.approx(0.5, abs=0.02)
        assert (noise(points + 1e-3) - values).abs().max() < 0.02


def test_cells_are_those_of_the_nearest_seeds():
    points = torch.rand(400, 3, generator=torch.Generator().manual_seed(2)) * 6.0
    near, second, number = cells(points)
    assert (near <= second).all() and near.min() < 0.2 and near.max() < 1.3
    assert number.min() >= 0.0 and number.max() <= 1.0
    moved = cells(points + torch.tensor([1e-4, 0.0, 0.0]))
    assert (moved[0] - near).abs().max() <= 1.1e-4  # a distance changes no faster than the place
    assert (moved[1] - second).abs().max() <= 1.1e-4


def test_colours_blend_by_hand():
    assert torch.equal(ramp(torch.tensor([0.0, 0.25, 0.5, 1.0]), 0.0, 0.5), torch.tensor([0.0, 0.5, 1.0, 1.0]))
    torch.testing.assert_close(rgb("ff3300"), torch.tensor([1.0, 0.2, 0.0]))
    half = mix(torch.zeros(3), torch.ones(3), torch.tensor([0.5]))
    torch.testing.assert_close(half, torch.full((1, 3), 0.5))
    between = gradient(torch.tensor([-1.0, 0.25, 0.75, 2.0]), "000000", "ff0000", "ffffff")
    torch.testing.assert_close(between, torch.tensor([[0, 0, 0], [0.5, 0, 0], [1, 0.5, 0.5], [1, 1, 1]]))


@pytest.mark.parametrize("name", SOLID_MATERIALS)
def test_every_material_is_bounded_deterministic_and_leaves_its_input_alone(ball, name):
    kept = [part.clone() for part in ball]
    first, again, other = (paint_points(name, *ball, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.isfinite(first).all() and first.min() >= 0.0 and first.max() <= 1.0
    assert all(torch.equal(part, old) for part, old in zip(ball, kept, strict=True))


def test_points_of_any_shape_are_painted_alike(ball):
    points, normals, albedo = (part[:60] for part in ball)
    in_rows = paint_points("wood", *(part.view(5, 12, 3) for part in (points, normals, albedo)))
    assert torch.equal(in_rows.view(60, 3), paint_points("wood", points, normals, albedo))


def test_zebras_are_black_and_white_in_about_equal_shares(ball):
    for seed in range(5):
        shares = named(paint_points("zebra", *ball, seed))
        assert 0.38 < shares["black"] < 0.55 and 0.38 < shares["white"] < 0.55


def test_snow_lies_on_what_looks_up_and_nowhere_else(ball):
    painted = paint_points("snow", *ball)
    up = ball[1][:, 1]
    assert torch.equal(painted[up < 0.1], ball[2][up < 0.1])
    assert painted[up > 0.7].min() > 0.95
    assert 0.2 < (painted.amin(dim=1) > 0.9).float().mean() < 0.4


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gold", {"yellow"}), ("wood", {"brown"}), ("grass", {"green"}), ("chocolate", {"brown"}), ("stone", {"grey"}),
     ("lava", {"black", "orange", "red", "yellow", "brown"}), ("candy", {"red", "white"}), ("water", {"blue"}),
     ("tiger", {"orange", "black"}), ("cow", {"black", "white"}), ("marble", {"white"}), ("moss", {"green"}),
     ("rust", {"brown", "grey", "orange"}), ("brick", {"red"}), ("denim", {"blue"}), ("slime", {"green"})],
)  # fmt: skip
def test_materials_have_the_colours_that_people_know(ball, name, expected):
    shares = [named(paint_points(name, *ball, seed)) for seed in range(3)]
    mean = {colour: np.mean([share.get(colour, 0.0) for share in shares]) for colour in expected}
    assert sum(mean.values()) > 0.6
    assert len(expected) > 2 or min(mean.values()) > 0.2


def test_the_rainbow_has_all_its_colours_in_order(ball):
    points = torch.linspace(0.45, -0.45, 200)[:, None] * torch.tensor([0.0, 1.0, 0.0])
    names = [BASIC_COLOURS[n] for n in name_of((paint_points("rainbow", points, points, points).numpy() * 255).astype(
        np.uint8))]  # fmt: skip
    order = [name for name in dict.fromkeys(names) if name in ("red", "orange", "yellow", "green", "blue", "purple")]
    assert order == ["red", "orange", "yellow", "green", "blue", "purple"]


@pytest.mark.parametrize("name", ["polka dots", "checkered", "stripes", "tartan"])
def test_patterns_show_the_paints_that_they_say(ball, name):
    for seed in range(6):
        piece = draw_piece(SOLID_MATERIALS[name], np.random.default_rng(seed))
        shares = named(piece.paint(*ball))
        assert len(piece.colours) == 2
        assert all(shares.get(colour, 0.0) > 0.12 for colour in piece.colours)
        if name == "checkered":
            assert min(shares[colour] for colour in piece.colours) > 0.4


def test_brick_courses_are_level_on_walls():
    x = torch.linspace(-0.4, 0.4, 300)
    wall = torch.stack([x, torch.full_like(x, 0.1), torch.full_like(x, 0.3)], dim=1)
    front = torch.tensor([0.0, 0.0, 1.0]).expand_as(wall)
    mortar = [(paint_points("brick", wall + torch.tensor([0, y, 0.0]), front, wall)[:, 2] > 0.6).float().mean().item()
              for y in torch.linspace(0, 0.2, 60).tolist()]  # fmt: skip
    assert max(mortar) == 1.0 and min(mortar) < 0.15  # whole joints, and rows with joints between bricks alone


def test_all_materials_are_drawn_and_unknown_ones_refused(ball):
    rng = np.random.default_rng(0)
    assert {draw_material(rng).material.name for _ in range(600)} == set(SOLID_MATERIALS)
    with pytest.raises(BadInputError, match="'velvet'"):
        paint_points("velvet", *ball)
