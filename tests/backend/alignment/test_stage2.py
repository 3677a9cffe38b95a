import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.stage2 import (
    Stage2Settings,
    _Room,
    _smaller_room,
    anchored_start,
    plain_start,
    run_stage2,
)
from iss_backend.memory import LittleMemoryWarning
from iss_backend.rendering import RenderSettings
from iss_backend.svr.base import SVRModel

TINY_VIEWS = RenderSettings(size=8, steps=16, grid=10)
RED = functional.normalize(torch.tensor([1.0, 0.0, 0.0]), dim=0)


class ColouredBall(SVRModel):
    """A ball whose colour is the sigmoid of the code [B, 3], times 1 + `tint` p; around it all is `around`."""

    code_size, image_size, colours_are_lit = 3, 8, True

    def __init__(self, around=1.0, tint=0.0):
        super().__init__()
        self.radius, self.around, self.tint = nn.Parameter(torch.tensor(0.35)), around, tint

    def encode(self, images):
        return images.mean(dim=(2, 3))

    def prepare(self, codes):
        return codes

    def query(self, field, points):
        logits = 20.0 * (self.radius - points.norm(dim=-1))
        inside = torch.sigmoid(field)[:, None] * (1.0 + self.tint * points)
        return logits, torch.where((logits > -2.0)[..., None], inside, torch.full_like(inside, self.around))

    def decoder_parameters(self):
        return [self.radius]


class ColourClip(nn.Module):
    """A CLIP whose image feature is the mean colour of the picture's centre, weighted by a frozen parameter."""

    image_size, feature_size = 8, 3

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.eye(3), requires_grad=False)

    def encode_image(self, images):
        return functional.normalize(images[..., 3:5, 3:5].mean(dim=(2, 3)) @ self.weight, dim=-1)


@pytest.fixture
def scene():
    """Return the mapper, frozen ball and CLIP, and a start whose ball is grey."""
    torch.manual_seed(2)
    mapper = Mapper(MapperConfig(3, 3, 16, "linear")).eval().requires_grad_(False)
    ball = ColouredBall().eval().requires_grad_(False)
    feature = functional.normalize(torch.randn(3), dim=0)
    return mapper, ball, ColourClip(), anchored_start(mapper, feature, torch.zeros(3))


def stage2(scene, seed=0, **changes):
    mapper, ball, clip, start = scene
    settings = Stage2Settings(**{"steps": 40, "views": 3, "learning_rate": 0.02, "render": TINY_VIEWS, **changes})
    return list(run_stage2(mapper, ball, clip, start, RED, settings, torch.Generator().manual_seed(seed)))


def test_the_defaults_are_those_of_the_official_code():
    settings = Stage2Settings()
    assert (settings.steps, settings.views, settings.learning_rate) == (20, 10, 1e-4)
    assert (settings.clip_weight, settings.background_weight) == (4.0, 3.0)


def test_a_grey_ball_turns_to_the_colour_of_the_text(scene):
    steps = stage2(scene)
    assert [state.step for state in steps] == list(range(1, 41))
    assert steps[0].agreement == pytest.approx(3**-0.5, abs=1e-4)  # cosine of grey and red
    assert steps[-1].agreement > 0.95
    assert steps[-1].loss < 0.2 * steps[0].loss
    red, green, blue = torch.sigmoid(steps[-1].code)
    assert red > 2.5 * max(green, blue)


def test_the_loss_is_that_of_all_views_and_its_parts_are_weighted(scene):
    first = stage2(scene, steps=1, clip_weight=4.0, background_weight=0.0)[0]
    assert first.loss == pytest.approx(4.0 * 3 * (1 - 3**-0.5), abs=1e-3)
    mapper, _, clip, start = scene
    black_around = ColouredBall(around=0.0).eval().requires_grad_(False)
    seen = stage2((mapper, black_around, clip, start), steps=1, clip_weight=0.0, background_weight=3.0)[0]
    assert 0.3 * 27 < seen.loss < 27.0  # three views, three channels, weight 3, at the pixels that miss


def test_the_mapper_of_the_bundle_stays_as_it_was(scene):
    before = copy.deepcopy(scene[0].state_dict())
    stage2(scene, steps=3)
    assert all(torch.equal(value, before[name]) for name, value in scene[0].state_dict().items())
    assert not any(p.requires_grad for p in scene[0].parameters())


def test_decoder_and_clip_receive_no_gradient_even_where_they_could(scene):
    _, ball, clip, _ = scene
    weights = [p.clone() for p in (*ball.parameters(), *clip.parameters())]
    stage2(scene, steps=3)
    assert all(p.grad is None for p in (*ball.parameters(), *clip.parameters()))
    assert all(torch.equal(p, old) for p, old in zip((*ball.parameters(), *clip.parameters()), weights, strict=True))


def test_the_same_seed_gives_the_same_codes_bit_by_bit(scene):
    scene[1].tint = 1.0  # now views differ
    first, again, other = stage2(scene, 1, steps=4), stage2(scene, 1, steps=4), stage2(scene, 2, steps=4)
    assert all(torch.equal(a.code, b.code) and a.loss == b.loss for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[-1].code, other[-1].code)


def test_codes_are_detached_and_none_comes_of_no_steps(scene):
    assert stage2(scene, steps=0) == []
    assert not stage2(scene, steps=1)[0].code.requires_grad


def test_the_first_code_of_an_anchored_start_is_the_code_given():
    torch.manual_seed(0)
    mapper, feature, code = Mapper(MapperConfig(8, 5, 16)), functional.normalize(torch.randn(8), dim=0), torch.randn(5)
    start = anchored_start(mapper, feature, code)
    torch.testing.assert_close(mapper(feature[None])[0] + start.offset, code, atol=1e-5, rtol=0)
    assert not start.offset.requires_grad


def test_a_plain_start_has_no_offset():
    feature = torch.randn(8)
    start = plain_start(Mapper(MapperConfig(8, 5, 16)), feature)
    assert torch.equal(start.offset, torch.zeros(5))
    assert start.feature is feature


def test_a_shape_that_cannot_be_seen_does_not_stop_stage_2(scene):
    mapper, _, clip, start = scene
    nothing = ColouredBall().eval().requires_grad_(False)
    nothing.radius.data.fill_(-1.0)
    steps = stage2((mapper, nothing, clip, start), steps=2)
    assert all(state.code.isfinite().all() for state in steps)


class NarrowClip(ColourClip):
    """Refuses more pictures at once than fit."""

    room = 2

    def encode_image(self, images):
        if len(images) > self.room:
            raise torch.OutOfMemoryError("out of memory")
        return super().encode_image(images)


def test_views_that_do_not_fit_are_taken_in_groups_with_the_same_result(scene):
    scene[1].tint = 1.0  # now views differ
    mapper, ball, _, start = scene
    whole = stage2(scene, steps=3, views=5)
    with pytest.warns(LittleMemoryWarning) as said:
        groups = stage2((mapper, ball, NarrowClip(), start), steps=3, views=5)
    assert [str(each.message).split(";")[1] for each in said] == [
        " stage 2 goes on with 3 of its 5 views at a time.",
        " stage 2 goes on with 2 of its 5 views at a time.",
    ]
    for one, other in zip(whole, groups, strict=True):
        torch.testing.assert_close(one.code, other.code, atol=1e-4, rtol=1e-4)
        assert one.loss == pytest.approx(other.loss, rel=1e-4)
        assert one.agreement == pytest.approx(other.agreement, abs=1e-5)


def test_a_memory_that_does_not_hold_one_view_ends_stage_2(scene):
    mapper, ball, _, start = scene
    clip = NarrowClip()
    clip.room = 0
    with pytest.warns(LittleMemoryWarning), pytest.raises(torch.OutOfMemoryError):
        stage2((mapper, ball, clip, start), steps=1, views=2)


def test_other_errors_pass_through(scene):
    class Broken(ColourClip):
        def encode_image(self, images):
            raise RuntimeError("no such thing")

    mapper, ball, _, start = scene
    with pytest.raises(RuntimeError, match="no such thing"):
        stage2((mapper, ball, Broken(), start), steps=1)


def test_one_view_too_many_for_a_gpu_is_tried_in_half_precision_once():
    full, cuda = torch.OutOfMemoryError("out of memory"), torch.device("cuda")
    with pytest.warns(LittleMemoryWarning, match="stage 2 goes on in half precision"):
        room = _smaller_room(_Room(1), 8, cuda, full)
    assert room == _Room(1, half=True)
    with pytest.raises(torch.OutOfMemoryError):
        _smaller_room(room, 8, cuda, full)
