from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from iss_backend.alignment import guess
from iss_backend.alignment.guess import GuessSettings, best_candidate, draw_candidates, text_agreement
from iss_backend.alignment.prior import CodePrior, Near, PriorConfig

FEATURE = functional.normalize(torch.tensor([1.0, 2.0, 0.0, 0.0]), dim=0)
CLIP = SimpleNamespace(image_size=8)
CODES = torch.tensor([[0.3, 1.0], [0.9, -1.0], [0.5, 0.0]])


def best(tower=None, **settings):
    return best_candidate(None, CLIP, tower, CODES, FEATURE, GuessSettings(**settings))


def test_candidates_are_many_draws_for_one_feature():
    torch.manual_seed(1)
    prior = CodePrior(PriorConfig(4, 2, 8, 1))
    settings = GuessSettings(candidates=7, prior_steps=3)

    def draw(seed, near=None):
        return draw_candidates(prior, FEATURE, CODES, settings, torch.Generator().manual_seed(seed), near)

    first = draw(0)
    assert first.shape == (7, 2)
    assert len(first.unique(dim=0)) == 7
    assert torch.equal(first, draw(0))
    assert not torch.equal(first, draw(1))
    torch.testing.assert_close(draw(0, Near(CODES[1], 1.0)), CODES[1].expand(7, 2))


def see_codes_themselves(monkeypatch, loose_share):
    """Let the pictures and the logits of a code be the code, and tell how much of each is loose."""
    monkeypatch.setattr(guess, "look_at", lambda svr, code, views, size: guess.Look(code, code, None))
    monkeypatch.setattr(guess, "loose_share", loose_share)


def test_the_candidate_that_agrees_best_is_chosen(monkeypatch):
    def agreements(clip, looks, wanted):
        assert torch.equal(wanted, FEATURE)
        return torch.stack([look.pictures for look in looks])[:, 0]

    monkeypatch.setattr(guess, "agreements", agreements)
    see_codes_themselves(monkeypatch, lambda inside: 0.0)
    assert torch.equal(best(), CODES[1])


def test_a_candidate_in_pieces_yields_to_a_whole_one_that_agrees_less(monkeypatch):
    shares = iter([0.0, 0.9, 0.5] * 2)
    monkeypatch.setattr(guess, "agreements", lambda clip, looks, wanted: torch.tensor([0.4, 0.7, 0.6]))
    see_codes_themselves(monkeypatch, lambda inside: next(shares))
    assert torch.equal(best(), CODES[0])
    assert torch.equal(best(loose_penalty=0.1), CODES[1])


def test_the_form_of_a_candidate_counts_beside_its_views(monkeypatch):
    """The first code has no surface; the form of the second agrees by 0.5 more than that of the third."""
    monkeypatch.setattr(guess, "agreements", lambda clip, looks, wanted: torch.tensor([0.4, 0.3, 0.39]))
    see_codes_themselves(monkeypatch, lambda inside: 0.0)

    def points(svr, field, logits, count):
        return None if torch.equal(logits, CODES[0]) else logits

    monkeypatch.setattr(guess, "coloured_surface_points", points)

    def tower(clouds):
        assert torch.equal(clouds, CODES[1:])
        return torch.stack([FEATURE, FEATURE * 0.5])

    assert torch.equal(best(), CODES[0])
    assert torch.equal(best(tower, form_weight=0.0), CODES[0])
    assert torch.equal(best(tower, form_weight=0.1), CODES[2])
    assert torch.equal(best(tower, form_weight=0.5), CODES[1])


def test_what_is_loose_is_measured_by_volume(analytic, ball):
    """A ball of radius 0.2 with another of half its radius far off: an eighth of the large one's volume is loose."""

    def two(points, radius):
        return torch.maximum(0.2 - (points - 0.2).norm(dim=-1), 0.1 - (points + 0.3).norm(dim=-1))

    def loose(of):
        return guess.loose_share(guess.look_at(analytic(of), torch.zeros(1), 1, 8).logits > 0.0)

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
