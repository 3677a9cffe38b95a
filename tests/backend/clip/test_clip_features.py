import warnings

import pytest
import torch
from torch import nn

from iss_backend.clip import Clip, Preprocessing, TextTruncatedWarning, load_clip

PLAIN = Preprocessing(4, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def clip(tiny_clip_folder):
    """Return the tiny CLIP."""
    return load_clip(tiny_clip_folder)


def test_pictures_stay_upright():
    picture = torch.zeros(1, 3, 8, 8)
    picture[..., :2, 5:] = 1.0  # a bright patch at the top right
    small = PLAIN(picture)[0, 0]
    assert small[0, 3] > 0.8
    assert small[3, 0].abs() < 0.01
    assert small[0, 0].abs() < 0.01
    assert small[3, 3].abs() < 0.01


def test_channels_are_normalised_by_mean_and_deviation_in_order():
    prepared = Preprocessing(2, (0.1, 0.2, 0.3), (0.5, 0.25, 0.1))(torch.full((1, 3, 2, 2), 0.6))
    torch.testing.assert_close(prepared[0, :, 0, 0], torch.tensor([1.0, 1.6, 3.0]))


def test_pictures_of_the_right_size_are_not_resampled():
    picture = torch.rand(2, 3, 4, 4)
    assert torch.equal(PLAIN(picture), picture)


@pytest.mark.parametrize("size", [2, 4, 11])
def test_a_uniform_picture_stays_uniform_at_every_size(size):
    torch.testing.assert_close(PLAIN(torch.full((1, 3, size, size), 0.7)), torch.full((1, 3, 4, 4), 0.7))


@pytest.mark.parametrize("size", [3, 4, 6])
def test_preprocessing_passes_gradients(size):
    images = torch.rand(1, 3, size, size, dtype=torch.float64, requires_grad=True)
    prepare = Preprocessing(4, (0.4, 0.5, 0.6), (0.2, 0.3, 0.4))
    assert torch.autograd.gradcheck(prepare, images)


def test_features_are_unit_vectors(clip):
    images, texts = clip.encode_image(torch.rand(3, 3, 50, 50)), clip.encode_text(["a chair", "a table", ""])
    assert images.shape == texts.shape == (3, 16)
    torch.testing.assert_close(images.norm(dim=-1), torch.ones(3))
    torch.testing.assert_close(texts.norm(dim=-1), torch.ones(3))
    assert not texts.requires_grad
    assert texts[0].dot(texts[1]) < 0.9999


def test_gradients_reach_the_picture_and_not_the_weights(clip):
    images = torch.rand(1, 3, 20, 20, requires_grad=True)
    clip.encode_image(images)[0, 0].backward()
    assert images.grad.abs().max() > 0
    assert all(p.grad is None for p in clip.parameters())


def test_training_towers_are_frozen_when_wrapped():
    towers = nn.Linear(2, 2).train()
    Clip(towers, None, PLAIN, "x")
    assert not towers.training
    assert not any(p.requires_grad for p in towers.parameters())


def tokens_seen(clip, text, monkeypatch):
    seen = []
    encode = clip.towers.encode_text
    monkeypatch.setattr(clip.towers, "encode_text", lambda tokens: seen.append(tokens) or encode(tokens))
    clip.encode_text([text])
    return seen[0][0].tolist()


def test_a_text_that_is_too_long_is_cut_and_its_lost_end_is_quoted(clip, monkeypatch):
    colours = ["red", "green", "blue", "white", "black", "brown", "pink", "gray", "gold", "silver"]
    words = [*colours, "one", "two", "three", "four", "five", "six", "seven"]
    with pytest.warns(TextTruncatedWarning, match=r"too long by 3 tokens.*'five six seven'"):
        tokens = tokens_seen(clip, " ".join(words), monkeypatch)
    kept = [clip._tokenizer.decode([token]).strip() for token in tokens[1:-1]]
    assert kept == words[:14]
    assert (tokens[0], tokens[-1]) == (49406, 49407)


def test_a_text_that_just_fits_is_not_warned_about(clip, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tokens = tokens_seen(clip, " ".join(["red"] * 14), monkeypatch)
    assert len(set(tokens[1:-1])) == 1
    assert tokens[-1] == 49407
