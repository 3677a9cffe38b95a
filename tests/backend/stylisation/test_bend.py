import math

import pytest
import torch
from torch.nn import functional

from iss_backend.errors import BadInputError
from iss_backend.meshing import MeshSettings, extract_mesh
from iss_backend.stylisation import bend
from iss_backend.stylisation.bend import BentModel, BentStyle, between_bends, weakened
from iss_backend.stylisation.bending import Bending
from iss_backend.stylisation.bends import BENDS, SPIKE_LENGTH, twist
from iss_backend.stylisation.distances import CELLS, cell_centres, distances_of
from iss_backend.stylisation.fields import kind_of, restore_style
from iss_backend.stylisation.shape_texture import keep_promise, silhouette_iou

CODE = torch.zeros(1)
CELL = 1.0 / CELLS
RADIUS = 0.3


@pytest.fixture
def sphere(analytic, ball):
    return analytic(ball(0, 0, 0), RADIUS)


@pytest.fixture
def far(sphere):
    return distances_of(sphere, sphere.prepare(CODE[None]), torch.device("cpu"))


def bent(base, name, amount=1.0, seed=0):
    return BentModel(base, BentStyle(name, amount, seed)).eval()


def volume(model, size=40):
    with torch.no_grad():
        return float((model.occupancy(model.prepare(CODE[None]), cell_centres(size)[None]) > 0).float().mean())


def on_ball(radius, count=300):
    directions = torch.randn(1, count, 3, generator=torch.Generator().manual_seed(1))
    return radius * functional.normalize(directions, dim=-1)


def test_distances_from_a_ball(far):
    """Cells are counted, so distances are right to about a cell."""
    for radius in (0.15, 0.25, 0.35, 0.45):
        found = far.at(on_ball(radius))
        assert (found - (radius - RADIUS)).abs().max() < CELL
    corner = torch.full((1, 1, 3), 0.7)
    assert far.at(corner).item() == pytest.approx(
        far.at(torch.full((1, 1, 3), 0.5)).item() + 0.2 * math.sqrt(3), abs=1e-4
    )
    assert (far.low + RADIUS).abs().max() < CELL
    assert (far.high - RADIUS).abs().max() < CELL


def test_the_way_outwards_and_back_to_the_surface(far):
    points = on_ball(0.4)
    assert (functional.cosine_similarity(far.outwards(points), points, dim=-1) > 0.98).all()
    reached = far.nearest(points).norm(dim=-1)
    assert (reached < RADIUS).all()
    assert (reached > RADIUS - 3.5 * CELL).all()
    inside = on_ball(0.2)
    assert torch.equal(far.nearest(inside), inside)


@pytest.mark.parametrize("name", BENDS)
def test_no_amount_leaves_the_shape(sphere, name):
    """But for the cells by which surfaces that are grown are measured."""
    assert volume(bent(sphere, name, 0.0)) == pytest.approx(volume(sphere), rel=0.35 if BENDS[name].softness else 0.02)


@pytest.mark.parametrize("name", BENDS)
def test_gradients_of_a_bent_field_are_numbers(sphere, name):
    for amount in (0.0, 1.0):
        model = bent(sphere, name, amount)
        points = torch.cat([on_ball(0.3), torch.zeros(1, 1, 3)], dim=1).requires_grad_()
        model.occupancy(model.prepare(CODE[None]), points).sum().backward()
        assert torch.isfinite(points.grad).all()


@pytest.mark.parametrize("name", BENDS)
def test_a_bent_shape_fits_into_the_cube_and_has_a_closed_mesh(sphere, name):
    model = bent(sphere, name)
    with torch.no_grad():
        mesh = extract_mesh(model, model.prepare(CODE[None]), MeshSettings(resolution=40))
    assert abs(mesh.vertices).max() < 0.5
    assert mesh.is_watertight


def test_spikes_stand_out_by_their_length(sphere):
    model = bent(sphere, "spiky")
    field = model.prepare(CODE[None])
    points = cell_centres(80)[None] * field.scale
    with torch.no_grad():
        inside = points[model.occupancy(field, points / field.scale) > 0].norm(dim=-1)
    assert RADIUS + 0.75 * SPIKE_LENGTH < inside.max() < RADIUS + SPIKE_LENGTH + CELL
    assert (inside > RADIUS + CELL).float().mean() > 0.05


def test_spikes_have_the_colour_of_what_they_stand_on(sphere):
    """The ball's colour is 0.5 + 0.8 p: at a spike's tip it is that of the surface below, not of the tip."""
    model = bent(sphere, "spiky")
    field = model.prepare(CODE[None])
    tips = on_ball(RADIUS + 0.1) / field.scale
    colours = model.query(field, tips)[1]
    expected = 0.5 + 0.8 * on_ball(RADIUS)
    assert (colours - expected).abs().max() < 0.8 * 3.5 * CELL


def test_a_twist_keeps_heights_and_radii_and_turns_more_the_higher(far):
    points = on_ball(0.3)
    back = twist(points, Bending(1.0, torch.full((8,), 0.4), far))
    torch.testing.assert_close(back[..., 1], points[..., 1])
    torch.testing.assert_close(back[..., [0, 2]].norm(dim=-1), points[..., [0, 2]].norm(dim=-1))
    turned = functional.cosine_similarity(back[..., [0, 2]], points[..., [0, 2]], dim=-1)
    assert turned[points[..., 1] > 0.15].mean() < turned[points[..., 1] < -0.15].mean() - 0.2


def test_inflated_is_larger_than_rounded_is_larger(sphere):
    plain, rounded, inflated = (volume(one) for one in (sphere, bent(sphere, "rounded"), bent(sphere, "inflated")))
    assert plain < rounded < inflated
    grown = (inflated / plain) ** (1 / 3) * RADIUS  # of a ball
    assert RADIUS + 0.03 < grown < RADIUS + 0.06


def test_rounding_takes_the_corners_of_a_box(analytic, box):
    base = analytic(box(0.2, 0.2, 0.2), 0.0)
    model = bent(base, "rounded")
    field = model.prepare(CODE[None])
    middle_of_face, corner = torch.tensor([[[0.215, 0.0, 0.0]]]), torch.full((1, 1, 3), 0.215)
    assert model.occupancy(field, middle_of_face).item() > 0
    assert model.occupancy(field, corner).item() < 0


def test_seeds_bend_differently_and_the_same_seed_alike(sphere):
    points = cell_centres(24)[None]
    first, again, other = (
        (model := bent(sphere, "spiky", seed=seed)).occupancy(model.prepare(CODE[None]), points) for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_stored_bend_comes_back_and_can_be_weakened(sphere):
    kept = BentStyle("twisted", 0.75, 12).weights()
    assert kind_of(kept) == "bend"
    back = restore_style(sphere, kept)
    assert back.style == BentStyle("twisted", 0.75, 12)
    assert restore_style(sphere, kept, 0.5).style == BentStyle("twisted", 0.375, 12)
    assert weakened(kept, 0.5)["bend.twisted"].tolist() == [0.375, 12.0]


@pytest.mark.parametrize("name", BENDS)
def test_a_deformation_of_nothing_is_the_straight_shape(sphere, name):
    kept = BentStyle(name, 1.0, 3).weights()
    assert weakened(kept, 0.0) == {}
    assert between_bends(kept, {}, 1.0) == between_bends({}, kept, 0.0) == {}
    assert restore_style(sphere, kept, 0.0) is sphere
    assert restore_style(sphere, {f"bend.{name}": torch.tensor([0.0, 3.0])}) is sphere  # of an earlier version
    assert keep_promise(sphere, kept, CODE, 1.01) == {}  # which nothing keeps


@pytest.mark.parametrize("wrong", [{"bend.bouncy": torch.ones(2)}, {"bend.spiky": torch.ones(3)}])
def test_bends_that_are_not_known(sphere, wrong):
    with pytest.raises(BadInputError, match="knows no such deformation"):
        restore_style(sphere, wrong)


def test_a_promise_is_kept_by_bending_less(sphere):
    wild = BentStyle("spiky", 1.0, 0).weights()
    before = silhouette_iou(sphere, restore_style(sphere, wild), CODE)
    tame = keep_promise(sphere, wild, CODE, 0.9)
    assert before < 0.85
    assert silhouette_iou(sphere, restore_style(sphere, tame), CODE) >= 0.9
    assert 0.0 < tame["bend.spiky"][0] < 1.0
    assert tame["bend.spiky"][1] == 0.0


def test_between_two_bends():
    spiky, more = BentStyle("spiky", 0.5, 3).weights(), BentStyle("spiky", 1.0, 4).weights()
    melting = BentStyle("melting", 0.8, 1).weights()
    style = lambda first, second, amount: bend.BentStyle.from_weights(between_bends(first, second, amount))  # noqa: E731
    assert style(spiky, more, 0.5) == BentStyle("spiky", 0.75, 3)
    assert style(spiky, {}, 0.25).amount == pytest.approx(0.375)
    assert style({}, melting, 0.25).amount == pytest.approx(0.2)
    assert style(spiky, melting, 0.25) == BentStyle("spiky", 0.25, 3)
    assert style(spiky, melting, 0.75).name == "melting"
    assert style(spiky, melting, 0.75).amount == pytest.approx(0.4)
