import math
from dataclasses import asdict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from iss_backend.cli.main import main
from iss_backend.clip import load_clip
from iss_backend.clip.model import Preprocessing
from iss_backend.errors import Cancelled, OutputError
from iss_backend.progress import ignore_progress
from iss_backend.svr.checkpoints import write_model
from iss_backend.training import recipes_clip
from iss_backend.training.clip import CaptionedPictures, contrastive_loss, normalise, retrieval
from iss_backend.training.clip_config import (
    PREPROCESS_CONFIG,
    as_clip,
    build_towers,
    text_features,
    tokenizer_for,
    write_clip_folder,
)
from iss_backend.training.clip_text import (
    EMBEDDING_SCALE,
    TaughtTowers,
    TextCorpus,
    start_from_teacher,
    token_strings,
    train_text_tower,
)
from iss_backend.training.precision import mixed_precision
from iss_backend.training.recipes_clip import ClipPlan, train_clip_run
from iss_backend.training.schedule import LoopSettings
from iss_backend.weights import write_weights

TEXTS = ["a chair", "", "a very long red wooden rocking chair with two arms and a high back and wheels"]


@pytest.fixture(scope="module")
def towers(tiny_clip_config):
    """Return the tiny towers with random weights; do not change them."""
    torch.manual_seed(0)
    return build_towers(tiny_clip_config).eval()


def test_text_features_are_those_of_open_clip(towers, tiny_clip_config):
    tokenizer = tokenizer_for(tiny_clip_config)
    for texts in (TEXTS, TEXTS[:1], TEXTS[1:2]):  # padding cut less and more
        tokens = tokenizer(texts)
        torch.testing.assert_close(text_features(towers, tokens), towers.encode_text(tokens), atol=1e-6, rtol=1e-5)


def test_the_feature_of_a_text_does_not_depend_on_its_neighbours(towers, tiny_clip_config):
    tokenizer = tokenizer_for(tiny_clip_config)
    together, alone = text_features(towers, tokenizer(TEXTS))[0], text_features(towers, tokenizer(TEXTS[:1]))[0]
    torch.testing.assert_close(together, alone)


def test_a_written_clip_folder_is_loaded_as_it_was(tmp_path, towers, tiny_clip_config):
    write_clip_folder(tmp_path / "clip", towers, tiny_clip_config)
    clip, inside = load_clip(tmp_path / "clip"), as_clip(towers, tiny_clip_config)
    assert clip.preprocessing == inside.preprocessing
    assert clip.preprocessing.mean == tuple(PREPROCESS_CONFIG["mean"])
    pictures = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(clip.encode_image(pictures), inside.encode_image(pictures), atol=5e-3, rtol=0)
    torch.testing.assert_close(clip.encode_text(TEXTS[:2]), inside.encode_text(TEXTS[:2]), atol=5e-3, rtol=0)


def test_a_file_where_a_clip_folder_belongs_is_told_in_a_sentence(tmp_path, towers, tiny_clip_config):
    (tmp_path / "file").write_bytes(b"dear")
    with pytest.raises(OutputError, match="was not written"):
        write_clip_folder(tmp_path / "file", towers, tiny_clip_config)


def test_training_normalises_pictures_as_the_finished_model_does():
    pictures = torch.rand(2, 3, 4, 4)
    expected = Preprocessing(4, tuple(PREPROCESS_CONFIG["mean"]), tuple(PREPROCESS_CONFIG["std"]))(pictures)
    assert torch.equal(normalise(pictures), expected)


def test_contrastive_loss_by_hand():
    images, texts = torch.eye(2), torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    rows = [math.log(math.exp(2) + math.exp(1.2)) - 2.0, math.log(1 + math.exp(1.6)) - 1.6]
    columns = [math.log(math.exp(2) + 1) - 2.0, math.log(math.exp(1.2) + math.exp(1.6)) - 1.6]
    loss = contrastive_loss(images, texts, torch.tensor(2.0), ["a", "b"])
    assert loss.item() == pytest.approx((sum(rows) + sum(columns)) / 4)


def test_equal_captions_are_all_right_answers():
    features = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    equal = contrastive_loss(features, features, torch.tensor(50.0), ["a", "a", "b"])
    assert equal.item() == pytest.approx(2 * math.log(2) / 3, abs=1e-4)  # no answer can be better: half each
    different = contrastive_loss(features, -features, torch.tensor(50.0), ["a", "a", "b"])
    assert different > equal + 10


def test_the_order_of_a_batch_does_not_matter():
    generator = torch.Generator().manual_seed(0)
    images, texts = (functional.normalize(torch.randn(4, 3, generator=generator), dim=-1) for _ in range(2))
    captions, order = ["a", "b", "a", "c"], [2, 0, 3, 1]
    loss = contrastive_loss(images, texts, torch.tensor(7.0), captions)
    shuffled = contrastive_loss(images[order], texts[order], torch.tensor(7.0), [captions[i] for i in order])
    torch.testing.assert_close(loss, shuffled)


def test_distillation_by_hand(towers):
    taught = TaughtTowers(towers, 16)
    taught.head = nn.Identity()
    features, known = torch.eye(16)[:2], torch.eye(16)[:2]
    assert taught.distillation_loss(features, known).item() == pytest.approx(0.0)
    assert taught.distillation_loss(features, -known).item() == pytest.approx(2.0)
    half = torch.stack([features[0], 0.6 * features[1] + 0.8 * features[0]])
    assert taught.distillation_loss(half, known).item() == pytest.approx(0.4 / 2)


def test_the_text_tower_learns_from_the_teacher(tmp_path, tiny_clip_config):
    torch.manual_seed(0)
    tokens = tokenizer_for(tiny_clip_config)(["a chair", "a table", "a car", "a boat"])
    taught = TaughtTowers(build_towers(tiny_clip_config), 4)
    losses = []
    loop = LoopSettings(steps=25, learning_rate=0.02, warmup=2)
    corpus = TextCorpus(tokens, torch.eye(4))
    train_text_tower(taught, corpus, 16, loop, tmp_path / "x.safetensors", lambda event: losses.append(event.loss))
    assert losses[-1] < 0.3 * losses[0]


def test_a_corpus_draws_pairs_that_belong_together():
    corpus = TextCorpus(torch.arange(10)[:, None], torch.arange(10, dtype=torch.float16)[:, None])
    tokens, embeddings = corpus.draw(50, np.random.default_rng(0))
    assert torch.equal(tokens.float(), embeddings)
    assert embeddings.dtype == torch.float32
    assert len(tokens.unique()) > 5


def test_token_embeddings_start_from_the_directions_in_which_the_teacher_differs():
    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            self.token_embedding = nn.Embedding(400, 2)

    generator = torch.Generator().manual_seed(0)
    meanings = torch.randn(400, 2, generator=generator) @ torch.tensor([[3.0, 0, 0, 0, 0], [0, 0, 0, 2.0, 0]])
    tower = Tower()
    start_from_teacher(tower, meanings + 5.0)
    embedded = tower.token_embedding.weight.detach()
    assert embedded.std().item() == pytest.approx(EMBEDDING_SCALE, rel=1e-4)
    scale = torch.pdist(embedded[:50]) / torch.pdist(meanings[:50])
    torch.testing.assert_close(scale, scale.mean().expand_as(scale), rtol=0.02, atol=0)  # distances are kept


def test_every_token_has_a_string(tiny_clip_config):
    strings = token_strings(tokenizer_for(tiny_clip_config), 1000)
    assert len(strings) == 1000
    assert all(text and text == text.strip() for text in strings)


def test_retrieval_counts_captions_that_read_alike(monkeypatch):
    class Towers(nn.Module):
        def encode_image(self, pictures):
            return torch.eye(3)

    monkeypatch.setattr("iss_backend.training.clip.text_features", lambda towers, tokens: torch.eye(3)[[1, 0, 2]])
    taught = TaughtTowers.__new__(TaughtTowers)
    nn.Module.__init__(taught)
    taught.towers = Towers()
    pictures = torch.rand(3, 3, 4, 4)
    assert retrieval(taught, len, CaptionedPictures(pictures, ["a", "b", "c"], [])) == pytest.approx(1 / 3)
    assert retrieval(taught, len, CaptionedPictures(pictures, ["a", "a", "c"], [])) == 1.0


def test_the_fitted_head_reads_what_is_linear_in_the_features(towers, tiny_clip_config):
    words = ["red", "green", "blue", "big", "small", "round", "old", "new", "wooden", "tall"]
    texts = [f"a {first} {second} thing" for first in words for second in words]
    tokens = tokenizer_for(tiny_clip_config)(texts)
    with torch.no_grad():
        features = functional.normalize(text_features(towers, tokens), dim=-1)
    embeddings = features @ torch.randn(features.shape[1], 5, generator=torch.Generator().manual_seed(0)) + 0.3
    taught = TaughtTowers(towers, 5)
    taught.fit_head(TextCorpus(tokens, embeddings), count=512)
    assert taught.distillation_loss(features, embeddings).item() < 1e-4


def test_half_precision_is_for_processors_that_have_units_for_it(monkeypatch):
    for units in (False, True):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda units=units: {"avx512_bf16": units})
        with mixed_precision():
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == (torch.bfloat16 if units else torch.float32)
        with mixed_precision(wanted=False):
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_another_svr_model_is_rendered_anew(packed, tiny_triplane, tmp_path, monkeypatch):
    def rendered(*arguments):
        *_, path, _ = arguments
        paths.append(path)
        write_weights(path, dict.fromkeys(("pictures", "shapes", "palettes"), torch.zeros(1)))

    def stopped(folder, *_):
        assert folder == tmp_path / "checkpoints" / "clip" / "corpus"
        raise Cancelled("enough")

    paths = []
    monkeypatch.setattr(recipes_clip, "load_teacher", lambda: None)
    monkeypatch.setattr(recipes_clip, "render_reconstructions", rendered)
    monkeypatch.setattr(recipes_clip, "load_or_embed_corpus", stopped)
    weights = tiny_triplane.state_dict()
    others = {name: value + value for name, value in weights.items()}
    plan, other = ClipPlan(1, 1), ClipPlan(1, 1, seed=1)
    for tried, svr, times in ((plan, weights, 1), (plan, weights, 1), (other, weights, 2), (other, others, 3)):
        write_model(tmp_path, "triplane", asdict(tiny_triplane.config), svr)
        with pytest.raises(Cancelled):
            train_clip_run(packed, tmp_path, tried, ignore_progress)
        assert paths == times * [tmp_path / "checkpoints" / "clip" / "reconstructions.safetensors"]


def test_a_text_tower_that_knows_its_words_is_not_taught_alone(tmp_path, capsys, monkeypatch):
    plans = []
    monkeypatch.setattr(recipes_clip, "train_clip_run", lambda data, output, plan, report: plans.append(plan))
    command = ["train", "clip", str(tmp_path), "-o", str(tmp_path / "run")]
    start = ["--start", str(tmp_path / "bundle")]
    for options in ([], start, ["--text-steps", "7"]):
        assert main([*command, *options]) == 0
    assert [plan.text_steps for plan in plans] == [500, 0, 7]
    monkeypatch.undo()
    assert main([*command, *start, "--text-steps", "7"]) == 2
    assert "knows its words, and is not taught them alone; leave --text-steps out." in capsys.readouterr().err
