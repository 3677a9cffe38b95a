import json

import numpy as np
import pytest
import torch

from iss_backend.data.shape_words import Part, ShapeWords
from iss_backend.errors import BundleError
from iss_backend.training.text_corpus import (
    EMBEDDINGS_FILE,
    TEXTS_FILE,
    build_corpus,
    embed_corpus,
    load_corpus,
    load_or_embed_corpus,
    wordnet_adjectives,
    wordnet_things,
)
from iss_backend.training.text_teacher import SentenceEncoder, Teacher, TeacherConfig, WordPiece
from iss_backend.training.wordnet import WordNet

NOUN_LINES = """  1 a line of the licence
00001740 05 n 02 shiba_inu 0 Canis_lupus 0 001 @ 00002137 n 0000 | a dog
00001741 04 n 01 running 0 000 | an act
00001742 06 n 01 coal_scuttle 0 000 | a container
"""
ADJECTIVE_LINES = """  1 a line of the licence
crimson a 2 2 & + 2 1 00393992 02343110
asinine a 1 1 & 1 0 02571277
"""


@pytest.fixture
def teacher():
    torch.manual_seed(0)
    config = TeacherConfig(width=8, layers=1, heads=2, hidden=16, vocabulary=8, positions=64)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "red", "car", "sofa"]
    return Teacher(SentenceEncoder(config).eval(), WordPiece(pieces, 32), config.width)


@pytest.fixture
def wordnet(tmp_path):
    (tmp_path / "data.noun").write_text(NOUN_LINES, encoding="latin-1")
    (tmp_path / "index.adj").write_text(ADJECTIVE_LINES, encoding="latin-1")
    return WordNet(tmp_path)


def test_wordnet_gives_things_without_proper_names_and_common_adjectives(wordnet):
    assert wordnet_things(wordnet) == ["coal scuttle", "shiba inu"]
    assert wordnet_adjectives(wordnet) == ["crimson"]


def test_a_missing_wordnet_gives_no_words(tmp_path):
    assert wordnet_things(WordNet(tmp_path / "none")) == wordnet_adjectives(WordNet(tmp_path / "none")) == []


def test_the_corpus_has_words_colours_and_materials_of_every_noun():
    corpus = build_corpus(["car", "owl"], np.random.default_rng(0), ["quickly"], ["shiba inu"], ["tiny"])
    assert corpus == sorted(set(corpus))
    expected = {"quickly", "shiba inu", "tiny", "crimson", "a navy car", "an orange owl", "an azure car"}
    assert expected <= set(corpus)
    assert {"a car made of gold", "an owl made of stone", "a snowy car", "a round owl"} <= set(corpus)


def test_the_corpus_has_solid_textures_and_words_of_shapes():
    words = ShapeWords("chair", ("rocking chair",), ("comfy",), ("with rockers",), (Part("legs", "brown", "wood"),))
    corpus = set(build_corpus(["car", "owl"], np.random.default_rng(0), described=[words] * 20))
    assert {"a golden car", "an owl covered in moss", "made of chocolate", "a car with zebra stripes"} <= corpus
    assert {"an icy owl", "with polka dots", "a lava car"} <= corpus
    assert {"rocking chair", "comfy"} <= corpus
    assert any("with rockers" in text for text in corpus) and any("comfy rocking" in text for text in corpus)


def test_known_texts_are_not_embedded_again(teacher, tmp_path):
    asked, embed = [], teacher.embed
    known = (["car", "a"], torch.tensor([[1.0] * 8, [2.0] * 8], dtype=torch.float16))

    class Counting:
        width = 8

        def embed(self, texts, use_bfloat16):
            asked.extend(texts)
            return embed(texts)

    found = embed_corpus(["a", "a red sofa", "car"], Counting(), tmp_path, known=known)
    assert asked == ["a red sofa"]
    assert (found[0] == 2).all() and (found[2] == 1).all()
    torch.testing.assert_close(found[1].float(), teacher.embed(["a red sofa"])[0], atol=0.02, rtol=0)
    assert torch.equal(load_corpus(tmp_path)[1], found)


def test_the_same_seed_gives_the_same_corpus():
    corpora = [build_corpus(["car", "owl", "sofa"], np.random.default_rng(3)) for _ in range(2)]
    assert corpora[0] == corpora[1]


def test_embeddings_come_back_in_the_order_of_the_texts(teacher, tmp_path):
    texts = ["a red car", "car", "sofa a red sofa", "a"]
    events = []
    embed_corpus(texts, teacher, tmp_path / "corpus", events.append)
    read, embeddings = load_corpus(tmp_path / "corpus")
    assert read == texts and embeddings.dtype == torch.float16
    torch.testing.assert_close(embeddings.float(), teacher.embed(texts), atol=0.02, rtol=0)
    assert (events[-1].step, events[-1].total) == (4, 4)


def test_a_corpus_that_is_there_is_not_made_again(teacher, tmp_path):
    embed_corpus(["a car"], teacher, tmp_path)
    assert load_or_embed_corpus(tmp_path, teacher)[0] == ["a car"]


def test_texts_that_do_not_fit_the_embeddings_are_refused(teacher, tmp_path):
    embed_corpus(["a car"], teacher, tmp_path)
    (tmp_path / TEXTS_FILE).write_text(json.dumps(["a", "b"]))
    with pytest.raises(BundleError, match="2 texts but 1 embeddings"):
        load_corpus(tmp_path)
    (tmp_path / EMBEDDINGS_FILE).write_bytes(b"damaged")
    with pytest.raises(BundleError, match="delete it"):
        load_corpus(tmp_path)
