from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from iss_backend.clip import load_clip
from iss_backend.clip.loading import WEIGHTS_FILE
from iss_backend.errors import BundleError
from iss_backend.evaluation.judge import recipes
from iss_backend.evaluation.judge.judging_clip import (
    JUDGING_CONFIG,
    TOKENS_FILE,
    judging_config,
    judging_tokenizer,
    load_judging_clip,
    write_judging_clip,
)
from iss_backend.progress import ignore_progress
from iss_backend.training.clip_config import build_towers, text_features
from iss_backend.training.clip_sources import keep_clip
from iss_backend.training.text_corpus import TEXTS_FILE

TINY = {
    "embed_dim": 8,
    "vision_cfg": {"layers": 1, "width": 16, "head_width": 8, "image_size": 16, "patch_size": 8},
    "text_cfg": {"context_length": 8, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    torch.manual_seed(2)
    tokenizer = judging_tokenizer(["a red car", "boat"], TINY)
    config = judging_config(tokenizer, TINY)
    folder = tmp_path_factory.mktemp("judges") / "clip"
    write_judging_clip(folder, build_towers(config), config, tokenizer)
    return folder


def test_known_words_keep_their_order_and_unknown_ones_are_left_out():
    tokenizer = judging_tokenizer(["a red car", "boat"], TINY)
    assert tokenizer.vocab_size == 4 + 3  # and filler, start, end
    assert tokenizer.decode(tokenizer.encode("a red boat")).split() == ["a", "red", "boat"]
    assert tokenizer.encode("zebra red") == tokenizer.encode("red")
    tokens = tokenizer(["red car", "car " * 20])
    assert tokens.shape == (2, 8)
    assert tokens.argmax(dim=1).tolist() == [3, 7]  # the end has the highest number, also where the text was cut
    assert tokens[0, 4:].tolist() == [0] * 4


def test_features_are_unit_and_the_same_after_loading(folder):
    clip = load_judging_clip(folder)
    texts = clip.encode_text(["a red car", "a boat"])
    assert texts.shape == (2, 8)
    assert texts.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-5)
    assert clip.encode_image(torch.rand(3, 3, 20, 20)).shape == (3, 8)
    assert torch.equal(load_judging_clip(folder).encode_text(["a red car"]), clip.encode_text(["a red car"]))
    raw = text_features(clip.towers, judging_tokenizer(["a red car", "boat"], TINY)(["a boat"]))
    assert torch.allclose(torch.nn.functional.normalize(raw, dim=-1), texts[1:], atol=1e-4)  # trained as it is used


def test_the_full_size_fits_the_repository():
    config = {**JUDGING_CONFIG, "text_cfg": {**JUDGING_CONFIG["text_cfg"], "vocab_size": 9500}}
    towers = build_towers(config)
    assert 2 * sum(p.numel() for p in towers.parameters()) < 7_000_000  # bytes in half precision


def test_it_can_take_the_place_of_any_other_clip(folder, tmp_path):
    texts = ["a red car", "a zebra"]
    kept = keep_clip(str(folder), tmp_path / "kept").clip
    assert torch.equal(kept.encode_text(texts), load_judging_clip(folder).encode_text(texts))


def test_without_its_tokens_it_is_no_clip_rather_than_a_wrong_one(folder, tmp_path):
    for file in folder.iterdir():
        if file.name != TOKENS_FILE:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(BundleError, match="7 token embeddings, the tokenizer 49408 tokens"):
        load_clip(tmp_path)


def test_what_is_missing_is_said(folder, tmp_path):
    with pytest.raises(BundleError, match="no judging CLIP"):
        load_judging_clip(tmp_path)
    for file in folder.iterdir():
        if file.name != WEIGHTS_FILE:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / TOKENS_FILE).write_text("[0, 5")
    with pytest.raises(BundleError, match="train judging-clip"):
        load_judging_clip(tmp_path)


def test_the_same_command_goes_on_and_other_options_or_texts_start_afresh(packed_folder, tmp_path, monkeypatch):
    """The texts' embeddings, which no option changes, are kept."""
    gone_on, corpus = [], tmp_path / "checkpoints" / "corpus" / TEXTS_FILE
    corpus.parent.mkdir(parents=True)

    def train(taught, known, batch, loop, checkpoint, report):
        gone_on.append(checkpoint.is_file())
        checkpoint.write_bytes(b"trained")

    monkeypatch.setattr(recipes, "judging_tokenizer", lambda words: judging_tokenizer(["a red car"], TINY))
    monkeypatch.setattr(recipes, "judging_config", lambda tokenizer: judging_config(tokenizer, TINY))
    monkeypatch.setattr(recipes, "load_teacher", lambda: SimpleNamespace(embed=lambda texts, **_: texts))
    monkeypatch.setattr(recipes, "start_from_teacher", lambda *_: None)
    monkeypatch.setattr(recipes, "load_or_embed_corpus", lambda *_: (["a red car"], torch.ones(1, 4)))
    monkeypatch.setattr(recipes, "train_text_tower", train)
    monkeypatch.setattr(recipes, "train_clip", lambda *_: None)
    plan = recipes.JudgingClipPlan(text_steps=1, steps=1)
    for texts, asked in (("[]", plan), ("[]", plan), ("[]", replace(plan, batch=2)), ('["a car"]', plan)):
        corpus.write_text(texts)
        recipes.train_judging_clip_run([packed_folder], tmp_path, None, asked, ignore_progress)
    assert gone_on == [False, True, False, False]
    assert corpus.is_file()
