"""Teaching the text tower of the tiny bundle further, its image tower locked."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from iss_backend.bundle import load_bundle
from iss_backend.cli.main import main
from iss_backend.data.packed import PackedShapes
from iss_backend.progress import ignore_progress
from iss_backend.training.clip import CaptionedBatches, ClipTrainingSettings, Shown
from iss_backend.training.clip_config import build_towers, text_features, tokenizer_for
from iss_backend.training.clip_text import TaughtTowers, TextCorpus
from iss_backend.training.locked_image import (
    CAPTIONS,
    SHORT_CAPTIONS,
    LockedPictures,
    LockedSettings,
    encode_pictures,
    train_text_on_pictures,
)
from iss_backend.training.schedule import LoopSettings

NOUNS = ("chair", "boat", "lamp", "rifle", "car", "table")


def test_words_come_to_their_pictures_and_the_image_tower_stays(tiny_clip_config, tmp_path):
    torch.manual_seed(0)
    towers, tokenizer = build_towers(tiny_clip_config), tokenizer_for(tiny_clip_config)
    before = {name: value.clone() for name, value in towers.visual.state_dict().items()}
    features = functional.normalize(torch.randn(len(NOUNS), towers.text_projection.shape[1]), dim=-1)
    captions = [[f"{article} {noun}" for article in ("a", "the", "one")] * 3 for noun in NOUNS]
    tokens = torch.stack([tokenizer(each) for each in captions])
    taught = TaughtTowers(towers, 4).requires_grad_(False)
    meanings = TextCorpus(tokenizer(list(NOUNS)), functional.normalize(torch.randn(len(NOUNS), 4), dim=-1))
    settings = LockedSettings(batch=12, teacher_texts=6, loop=LoopSettings(60, 3e-3, warmup=5))

    def found():
        """Return the share of nouns whose own picture is the nearest, in words that no caption has."""
        with torch.no_grad():
            words = functional.normalize(text_features(towers, tokenizer([f"my {noun}" for noun in NOUNS])), dim=-1)
        return ((words @ features.T).argmax(dim=1) == torch.arange(len(NOUNS))).float().mean().item()

    assert found() < 0.6
    pictures = LockedPictures(features, tokens, captions)
    train_text_on_pictures(taught, pictures, meanings, settings, tmp_path / "words.safetensors", ignore_progress)
    assert found() == 1.0
    assert all(torch.equal(value, before[name]) for name, value in towers.visual.state_dict().items())


def test_each_picture_is_encoded_once_with_captions_of_both_kinds(packed, knowing, tiny_clip_config):
    tokenizer, shapes = tokenizer_for(tiny_clip_config), PackedShapes(packed)
    batches = CaptionedBatches(shapes, np.arange(2), None, ClipTrainingSettings(batch=3))
    pictures = encode_pictures(knowing.clip, tokenizer, batches, 2, ignore_progress)
    assert [len(each) for each in pictures.captions] == [CAPTIONS + SHORT_CAPTIONS] * 6
    again = batches.draw(1, knowing.clip.image_size).pictures
    torch.testing.assert_close(pictures.features[3:], knowing.clip.encode_image(again))
    assert torch.equal(pictures.tokens[4, 2], tokenizer(pictures.captions[4][2])[0])


def test_short_captions_say_every_noun_as_often(packed):
    shapes = PackedShapes(packed)
    batches = CaptionedBatches(shapes, np.arange(4), None, ClipTrainingSettings())
    shown, rng = Shown(0, 1.0 - shapes.palettes[0]), np.random.default_rng(0)
    texts = [batches.short_caption_of(shown, rng) for _ in range(300)]
    nouns = batches._nouns[0].recoloured
    shares = [sum(noun in text for text in texts) / 300 for noun in nouns]
    assert max(len(text.split()) for text in texts) <= 7
    assert min(shares) > 0.5 / len(nouns)


class StandIn:
    """A teacher that tells texts apart by their length."""

    width = 4

    def embed(self, texts, batch_size=256, use_bfloat16=False):
        return functional.normalize(torch.tensor([[len(text), 1.0, 2.0, 3.0] for text in texts]), dim=-1)


@pytest.fixture
def command(packed, knowing, tiny_bundle, monkeypatch):
    """Return the command without --output, for the bundle that knows two shapes."""
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: knowing)
    monkeypatch.setattr("iss_backend.training.recipes_words.load_teacher", StandIn)
    steps = ["--text-steps", "2", "--pictures", "4", "--reconstructed", "1", "--corpus", "16"]
    steps += ["--steps", "2", "--encoder-steps", "1", "--batch", "2", "--pairs", "4"]
    return ["train", "words", str(packed), "--start", str(tiny_bundle), *steps]


def test_a_resumed_command_encodes_no_picture_again(command, knowing, tmp_path, monkeypatch):
    used = []

    def interrupted(taught, pictures, *rest):
        used.append(pictures)
        raise KeyboardInterrupt

    monkeypatch.setattr("iss_backend.training.recipes_words.train_text_on_pictures", interrupted)
    assert main([*command, "-o", str(tmp_path / "new")]) == 130
    monkeypatch.setattr("iss_backend.training.recipes_words.encode_pictures", lambda *_: pytest.fail("encoded again"))
    assert main([*command, "-o", str(tmp_path / "new")]) == 130
    first, again = used
    assert again.captions == first.captions
    assert torch.equal(again.tokens, first.tokens)
    assert torch.equal(again.features, first.features)


def test_the_command_changes_words_thesaurus_and_prior_alone(command, knowing, tmp_path, monkeypatch, capsys):
    old = {name: value.clone() for name, value in knowing.clip.towers.state_dict().items()}
    prior = {name: value.clone() for name, value in knowing.prior.state_dict().items()}
    assert main([*command, "-o", str(tmp_path / "new")]) == 0
    new = load_bundle(tmp_path / "new")
    changed = {name for name, value in new.clip.towers.state_dict().items() if not close(value, old[name])}
    assert changed and not any(name.startswith("visual.") for name in changed)
    assert any(not close(value, prior[name]) for name, value in new.prior.state_dict().items())
    assert all(
        close(value, before)
        for part in ("svr", "mapper")
        for value, before in zip(
            getattr(new, part).state_dict().values(), getattr(knowing, part).state_dict().values(), strict=True
        )
    )
    assert new.point_tower is None
    assert not torch.allclose(new.gap.text_mean, knowing.gap.text_mean, atol=1e-3)
    monkeypatch.setattr("iss_backend.training.further.load_bundle", lambda folder: replace(knowing, prior=None))
    assert main([*command, "-o", str(tmp_path / "other")]) == 2
    assert "has no prior" in capsys.readouterr().err


def close(value, before):
    return torch.equal(value.half(), before.half())
