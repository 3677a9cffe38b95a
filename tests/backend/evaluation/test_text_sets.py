from collections import Counter
from pathlib import Path

import pytest

from iss_backend.data.procedural import CATEGORIES
from iss_backend.data.vocabulary import CATEGORY_NOUNS
from iss_backend.errors import BadInputError
from iss_backend.evaluation.judge.classes import judged_class
from iss_backend.evaluation.text_sets import load_texts
from iss_backend.texts import read_texts

GALLERY = Path(__file__).parents[3] / "docs" / "gallery.txt"
THIRTEEN = (
    *("airplane", "bench", "cabinet", "car", "chair", "display", "lamp", "loudspeaker", "rifle", "sofa", "table"),
    *("telephone", "watercraft"),
)
HEADER = "text\tcategory\tcolours\tmeans\n"


@pytest.fixture(scope="module")
def texts():
    return load_texts()


def test_all_categories_and_colours_are_asked_for_often(texts):
    assert len(texts) >= 156
    categories = Counter(text.category for text in texts if text.source == "thirteen")
    assert tuple(sorted(categories)) == THIRTEEN
    assert min(categories.values()) >= 9
    colours = Counter(colour for text in texts for colour in text.colours)
    assert len(colours) == 11
    assert min(colours.values()) >= 5
    assert sum(text.means is not None for text in texts) >= 40


def test_categories_are_classes_that_a_judge_can_have(texts):
    classes = {judged_class(category) for category in (*CATEGORIES, *CATEGORY_NOUNS)}
    assert {text.category for text in texts} - {None} <= classes


def test_what_an_unusual_text_means_asks_for_the_same(texts):
    by_name = {text.text: text for text in texts}
    for text in texts:
        if text.means:
            plain = by_name[text.means]
            assert (plain.category, plain.colours, plain.means) == (text.category, text.colours, None)


def test_no_text_is_one_of_the_gallery(texts):
    assert not {text.text for text in texts} & set(read_texts(GALLERY))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "no table of texts|columns"),
        ("word\tcategory\n", "columns"),
        (HEADER + "a cup\t-\n", "does not have 4 fields"),
        (HEADER + "a cup\t\t\t\n", "does not have 4 fields"),
        (HEADER + "a cup\t-\tcrimson\t\n", "line 2 asks for the colour 'crimson'"),
        (HEADER + "a cup\t-\t\t\na cup\t-\t\t\n", "'a cup' stands twice"),
        (HEADER + "\na cup\t-\tcrimson\t\n", "line 3 asks for the colour 'crimson'"),
        (HEADER + "a beaker\t-\t\ta cup\n", "'a cup' is what another text"),
        (HEADER + "a caf\xe9\t-\t\t\n", "cannot be read .* in UTF-8"),
    ],
)
def test_damaged_tables_are_named(tmp_path, table, message):
    (tmp_path / "x.tsv").write_text(table, encoding="latin-1")
    with pytest.raises(BadInputError, match=message):
        load_texts(tmp_path)
    with pytest.raises(BadInputError, match="no table"):
        load_texts(tmp_path / "nowhere")


def test_a_table_may_come_from_a_spreadsheet(tmp_path):
    table = HEADER + "a cup\t-\t\t\na beaker\t-\t\ta  cup\n"
    (tmp_path / "x.tsv").write_bytes(table.replace("\n", "\r\n").encode("utf-8-sig"))
    assert [(text.text, text.means) for text in load_texts(tmp_path)] == [("a cup", None), ("a beaker", "a cup")]
