from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from iss_backend.alignment import guess
from iss_backend.alignment.guess import GuessSettings, first_guess, text_agreement
from iss_backend.alignment.mapper import Mapper, MapperConfig
from iss_backend.alignment.prior import CodePrior, PriorConfig
from iss_backend.alignment.text_image_gap import TextImageGap

FEATURE = functional.normalize(torch.tensor([1.0, 2.0, 0.0, 0.0]), dim=0)
CLIP = SimpleNamespace(image_size=8)
GAP = TextImageGap(torch.zeros(4), torch.tensor([0.0, 0.0, 0.5, 0.0]))


@pytest.fixture
def models():
    """Return a mapper and a prior of 4 -> 2 numbers."""
    torch.manual_seed(1)
    return Mapper(MapperConfig(4, 2, 8)), CodePrior(PriorConfig(4, 2, 8, 1))


def guess_with(models, settings, seed=0, prior=True):
    mapper, code_prior = models
    generator = torch.Generator().manual_seed(seed)
    return first_guess(FEATURE, mapper, code_prior if prior else None, GAP, None, CLIP, settings, generator)


def test_the_start_of_the_paper_is_the_text_feature_itself(models):
    start = guess_with(models, GuessSettings(kind="mapper"))
    assert torch.equal(start.feature, FEATURE)
    assert torch.equal(start.offset, torch.zeros(2))


@pytest.mark.parametrize(("kind", "prior"), [("gap", True), ("prior", False)])
def test_the_gap_is_closed_where_no_prior_is_asked(models, kind, prior):
    start = guess_with(models, GuessSettings(kind=kind), prior=prior)
    torch.testing.assert_close(start.feature, GAP.close(FEATURE[None])[0])
    assert torch.equal(start.offset, torch.zeros(2))


def test_tau_1_perturbs_what_the_mapper_reads(models):
    first, again, other = (guess_with(models, GuessSettings("mapper", tau_1=0.5), seed) for seed in (1, 1, 2))
    assert torch.equal(first.feature, again.feature)
    assert not torch.equal(first.feature, other.feature)
    assert first.feature.norm().item() == pytest.approx(1.0, abs=1e-5)


def see_codes_themselves(monkeypatch, loose_share):
    """Let the pictures of a code be the code, and tell how much of each is loose."""
    monkeypatch.setattr(guess, "look_at", lambda svr, code, views, size: guess.Look(code, torch.zeros(1)))
    monkeypatch.setattr(guess, "loose_share", loose_share)


def test_the_prior_keeps_the_candidate_that_agrees_best(models, monkeypatch):
    drawn = []

    def agreements(clip, looks, text_feature):
        drawn.extend(look.pictures for look in looks)
        assert torch.equal(text_feature, FEATURE)
        return torch.stack([look.pictures for look in looks])[:, 0]

    monkeypatch.setattr(guess, "agreements", agreements)
    see_codes_themselves(monkeypatch, lambda inside: 0.0)
    start = guess_with(models, GuessSettings(candidates=7))
    assert len(drawn) == 7
    best = max(drawn, key=lambda code: code[0].item())
    torch.testing.assert_close(models[0](start.feature[None])[0] + start.offset, best, atol=1e-5, rtol=0)


def test_a_candidate_in_pieces_yields_to_a_whole_one_that_agrees_less(models, monkeypatch):
    drawn = []
    shares = iter([0.9, 0.0, 0.5])

    def agreements(clip, looks, wanted):
        drawn.extend(look.pictures for look in looks)
        return torch.tensor([0.7, 0.4, 0.6])

    monkeypatch.setattr(guess, "agreements", agreements)
    see_codes_themselves(monkeypatch, lambda inside: next(shares))
    start = guess_with(models, GuessSettings(candidates=3))
    torch.testing.assert_close(models[0](start.feature[None])[0] + start.offset, drawn[1], atol=1e-5, rtol=0)


def test_what_is_loose_is_measured_by_volume(analytic, ball):
    """A ball of radius 0.2 with another of half its radius far off: an eighth of the large one's volume is loose."""

    def two(points, radius):
        return torch.maximum(0.2 - (points - 0.2).norm(dim=-1), 0.1 - (points + 0.3).norm(dim=-1))

    def loose(of):
        return guess.loose_share(guess.look_at(analytic(of), torch.zeros(1), 1, 8).inside)

    together, alone = loose(two), loose(ball(0, 0, 0))
    assert together == pytest.approx(1 / 9, abs=0.02)
    assert alone == 0.0
    assert loose(lambda points, radius: points[..., 0] - 9) == 1.0


def test_agreement_is_the_mean_cosine_of_the_views(analytic, ball):
    class OneSided:
        image_size = 8

        def encode_image(self, images):
            features = torch.zeros(len(images), 4)
            features[0, 0] = features[1:, 1] = 1.0
            return features

    agreement = text_agreement(analytic(ball(0, 0, 0)), OneSided(), torch.zeros(1), FEATURE, views=3)
    assert agreement.item() == pytest.approx((1 + 2 + 2) / 3 / 5**0.5, abs=1e-5)
